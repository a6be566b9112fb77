import { deserialize, serialize } from "node:v8";
import type { RasterSeries, RasterSource, RasterStack, SeriesFile, SeriesSteps } from "@quadrat/core";
import type { DataType, PluginMethod, ResamplingMethod } from "@quadrat/core/base";

/** Opens a file of a series by its position. */
export type OpenSeriesFile = (file: number) => Promise<RasterSource | RasterStack>;

/** A column that is made from steps in time. */
export interface SeriesColumn extends Pick<SeriesSteps, "groups" | "statistic" | "then" | "complete"> {
  readonly method: ResamplingMethod | PluginMethod;
  /** The type of its values in the store. */
  readonly dataType: DataType;
}

/** Columns that are made in one reading of the steps of files. */
export interface TogetherSteps {
  readonly files: readonly SeriesFile[];
  /** Pairs of groups are positions of files in this list and of layers in them. */
  readonly columns: readonly SeriesColumn[];
  /**
   * Whether blocks hold several steps, so that steps are read in the sequence of the files and groups are made side by side; else
   * one group is made after the other.
   */
  readonly sideBySide: boolean;
}

/** What threads are told of it, in memory that all of them share. */
export type SharedSteps = SharedArrayBuffer;

/** The same for the main thread. */
export interface Together extends TogetherSteps {
  readonly shared: SharedSteps;
  /** The maximum number of groups that are under way at the same time. */
  readonly atOnce: number;
  readonly open: OpenSeriesFile;
}

export interface TogetherMember {
  readonly series: RasterSeries;
  readonly method: SeriesColumn["method"];
  readonly dataType: DataType;
}

/** Joins series that have some of their files in common. */
export function together(members: readonly TogetherMember[]): Together {
  const files: SeriesFile[] = [];
  const openers: (() => ReturnType<OpenSeriesFile>)[] = [];
  const places = new Map<string, number>();
  const columns = members.map(({ series, method, dataType }): SeriesColumn => {
    const { statistic, then, complete } = series;
    const own = series.files.map((file, position) => {
      const known = places.get(file.path);
      if (known !== undefined) return known;
      places.set(file.path, files.length);
      openers.push(() => series.open(position));
      return files.push(file) - 1;
    });
    const groups = series.groups.map((pairs) =>
      pairs.map((value, index) => (index % 2 === 0 ? own[value]! : value)),
    );
    return { groups, statistic, then, complete, method, dataType };
  });
  const sideBySide = members.some(({ series }) => series.blockLayers > 1);
  const steps: TogetherSteps = { files, columns, sideBySide };
  return { ...steps, shared: share(steps), atOnce: groupsAtOnce(steps), open: (file) => openers[file]!() };
}

function share(steps: TogetherSteps): SharedSteps {
  const bytes = serialize(steps);
  const shared = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(shared).set(bytes);
  return shared;
}

export function stepsOf(shared: SharedSteps): TogetherSteps {
  return deserialize(Buffer.from(new Uint8Array(shared))) as TogetherSteps;
}

/** A step that is read, and the groups of columns to which it belongs. */
export interface StepInTurn {
  readonly file: number;
  readonly layer: number;
  readonly users: readonly { readonly column: number; readonly group: number }[];
}

/** Steps that have to be read in this sequence. */
interface Queue {
  readonly column: number;
  readonly groups: readonly { readonly group: number; readonly pairs: Int32Array }[];
  /** The position among the groups, and in the pairs of that group. */
  at: number;
  pair: number;
}

/**
 * The steps of some columns, each once wherever several groups are at the same step. The steps of a group keep their order, on which
 * the bits of a sum depend; among groups the one that comes first in the files is read first.
 */
export function* stepsInTurn({ columns, sideBySide }: TogetherSteps): Generator<StepInTurn> {
  const queues = [...columns].flatMap(({ groups: all }, column): Queue[] => {
    const groups = all.map((pairs, group) => ({ group, pairs }));
    return sideBySide
      ? groups.map((one) => ({ column, groups: [one], at: 0, pair: 0 }))
      : [{ column, groups, at: 0, pair: 0 }];
  });
  const headOf = ({ groups, at, pair }: Queue, part: 0 | 1): number => groups[at]!.pairs[pair + part]!;
  let waiting = queues.filter(({ groups }) => groups.some(({ pairs }) => pairs.length > 0));
  while (waiting.length > 0) {
    let [file, layer] = [Infinity, Infinity];
    for (const queue of waiting) {
      const [ownFile, ownLayer] = [headOf(queue, 0), headOf(queue, 1)];
      if (ownFile < file || (ownFile === file && ownLayer < layer)) [file, layer] = [ownFile, ownLayer];
    }
    const users: { column: number; group: number }[] = [];
    let ended = false;
    for (const queue of waiting) {
      if (headOf(queue, 0) !== file || headOf(queue, 1) !== layer) continue;
      users.push({ column: queue.column, group: queue.groups[queue.at]!.group });
      ended = advance(queue) || ended;
    }
    yield { file, layer, users };
    if (ended) waiting = waiting.filter(({ groups, at }) => at < groups.length);
  }
}

/** @returns whether the queue has ended */
function advance(queue: Queue): boolean {
  queue.pair += 2;
  if (queue.pair < queue.groups[queue.at]!.pairs.length) return false;
  queue.pair = 0;
  queue.at++;
  return queue.at === queue.groups.length;
}

function groupsAtOnce(steps: TogetherSteps): number {
  const { columns, sideBySide } = steps;
  if (!sideBySide) return columns.length;
  const left = columns.map(({ groups }) => groups.map((pairs) => pairs.length / 2));
  const begun = columns.map(({ groups }) => groups.map(() => false));
  let [now, most] = [0, 0];
  for (const { users } of stepsInTurn(steps)) {
    for (const { column, group } of users) {
      if (!begun[column]![group]) now++;
      begun[column]![group] = true;
    }
    most = Math.max(most, now);
    for (const { column, group } of users) if (--left[column]![group]! === 0) now--;
  }
  return Math.max(1, most);
}
