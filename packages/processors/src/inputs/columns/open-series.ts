import { basename } from "node:path";
import type { CalendarDate, DatasetConfig, RasterSeries, RasterSource, RasterStack } from "@quadrat/core";
import { quietly } from "@quadrat/core/base";
import { compareDates, type InputFile, type InputFiles } from "@quadrat/core/host";
import { closeInputs, openInput, type OpenInput } from "../open-input.js";
import { dateText, partsOf } from "./calendar.js";
import { columnName } from "./names.js";
import type { OpenColumn } from "./open-column.js";
import {
  closeAll,
  scanSeries,
  type ScannedSeries,
  type SeriesInput,
  type SeriesRequest,
} from "./scan-series.js";
import { changed, sharedLayers } from "./shared-stack.js";
import { seriesOf, type Series, type Step } from "./steps.js";
import { groupsOf, type StepGroup } from "./time-groups.js";

/** Opens an entry whose layers are steps in time: a column for each step, or for each group of them. */
export async function openSeries(request: SeriesRequest): Promise<OpenColumn[]> {
  const { time } = request;
  const bySteps = time.by === "step" && time.then === undefined;
  const scanned = await scanSeries(request, bySteps);
  try {
    const paths = scanned.inputs.map(({ path }) => path);
    const series = seriesOf(scanned.steps, time, scanned.calendar, paths);
    const groups = groupsOf(series.chosen, time.by, series.precision);
    const columns = bySteps
      ? await stepColumns(request, scanned, series, groups)
      : await groupColumns(request, scanned, series, groups);
    const [first] = columns;
    const warnings = [...unsorted(scanned.steps), ...series.warnings];
    return first ? [{ ...first, input: { ...first.input, warnings } }, ...columns.slice(1)] : [];
  } catch (error) {
    await quietly(() => closeAll(scanned.inputs));
    throw error;
  }
}

function unsorted(steps: readonly Step[]): string[] {
  const sorted = steps.every(
    ({ date }, index) => index === 0 || compareDates(partsOf(steps[index - 1]!.date), partsOf(date)) <= 0,
  );
  return sorted ? [] : ["the steps are not in order of time in the files; they were put into order"];
}

/** A raster for each step. */
async function stepColumns(
  { name: entry, config }: SeriesRequest,
  { inputs }: ScannedSeries,
  { precision }: Series,
  groups: readonly StepGroup[],
): Promise<OpenColumn[]> {
  const steps = groups.map(({ steps: [step] }) => step!);
  const counts = new Array<number>(inputs.length).fill(0);
  for (const { file } of steps) counts[file]!++;
  const layers = new Map<number, (index: number) => RasterSource>();
  for (const [index, { opened }] of inputs.entries()) {
    if (counts[index] === 0) await closeInputs([opened!]);
    else if (opened!.source.kind === "stack")
      layers.set(index, sharedLayers(opened!.source.stack, counts[index]!));
  }
  return groups.map(({ label }, at) => {
    const { file, layer, date } = steps[at]!;
    const { path } = inputs[file]!;
    const opened = inputs[file]!.opened!;
    const shared = layers.get(file);
    const own = withoutTime(config, path);
    const input: OpenInput = {
      ...opened,
      name: columnName(entry, [label]),
      config: shared ? { ...own, band: layer + 1 } : own,
      source: shared ? { kind: "raster", raster: shared(layer) } : (opened.source as OpenInput["source"]),
      origin: { entry, variable: config.variable, time: timeOf([date], precision) },
    };
    return { input, from: `the step ${label} of ${basename(path)}` };
  });
}

/**
 * The first step of each column. Columns that begin in the same stack share it: each would hold the dates of all its steps.
 * @param files the files of these steps
 */
function firstSteps(files: readonly number[], open: (file: number) => Promise<RasterSource | RasterStack>) {
  const stacks = new Map<number, { readonly stack: RasterStack; layer(index: number): RasterSource }>();
  return {
    open: async ({ file, layer }: Step): Promise<RasterSource> => {
      const known = stacks.get(file);
      if (known) return known.layer(layer);
      const opened = await open(file);
      if (!("layers" in opened)) return opened;
      const shared = sharedLayers(opened, files.filter((other) => other === file).length);
      stacks.set(file, { stack: opened, layer: shared });
      return shared(layer);
    },
    closeAll: async (): Promise<void> => {
      for (const { stack } of stacks.values()) await quietly(() => stack.close());
    },
  };
}

/** A series for each group, or for all of them together. */
async function groupColumns(
  request: SeriesRequest,
  scanned: ScannedSeries,
  { precision }: Series,
  groups: readonly StepGroup[],
): Promise<OpenColumn[]> {
  const { name: entry, config, time, parts } = request;
  const { statistic, then, complete } = time;
  const columns: OpenColumn[] = [];
  const openFile = async (path: string): Promise<RasterSource | RasterStack> => {
    const { source } = await openInput(entry, { ...config, time, path }, parts);
    if (source.kind === "cells") throw new Error(`${path} is not a raster`);
    return source.kind === "stack" ? source.stack : source.raster;
  };
  const sets = then === undefined ? groups.map((group) => [group]) : [groups];
  const first = firstSteps(
    sets.map((set) => set[0]!.steps[0]!.file),
    (file) => openFile(scanned.inputs[file]!.path),
  );
  try {
    for (const set of sets) {
      const label = then === undefined ? set[0]!.label : "";
      const steps = set.flatMap((group) => group.steps);
      const used = [...new Set(steps.map(({ file }) => file))];
      const inputs = used.map((file) => scanned.inputs[file]!);
      const places = new Map(used.map((file, place) => [file, place]));
      const open = (place: number) => openFile(inputs[place]!.path);
      const series: RasterSeries = {
        ...{ statistic, then, complete, open },
        files: inputs.map(seriesFile),
        groups: set.map((group) =>
          Int32Array.from(group.steps.flatMap(({ file, layer }) => [places.get(file)!, layer])),
        ),
        steps: steps.length,
        geometries: distinct(inputs),
        blockLayers: inputs.reduce((most, { blockLayers }) => Math.max(most, blockLayers), 1),
      };
      const raster = await first.open(steps[0]!);
      const { driver, crs, owner } = inputs[0]!;
      const dates = steps.map(({ date }) => date).toSorted((a, b) => compareDates(partsOf(a), partsOf(b)));
      const input: OpenInput = {
        ...{ driver, crs, owner },
        name: columnName(entry, [label]),
        config: withoutTime(config, config.path),
        files: together(inputs.flatMap(({ files }) => files ?? [])),
        source: {
          kind: "raster",
          raster: changed(raster, { files: inputs.flatMap(({ used }) => used) }),
          series,
        },
        origin: {
          entry,
          variable: config.variable,
          time: { ...timeOf(dates, precision), statistic, then, ...(complete && { complete }) },
        },
      };
      columns.push({ input, from: label === "" ? undefined : `${label} of ${basename(config.path)}` });
    }
  } catch (error) {
    await quietly(() => closeInputs(columns.map(({ input }) => input)));
    await first.closeAll();
    throw error;
  }
  return columns;
}

function withoutTime({ time: _time, ...config }: DatasetConfig, path: string): DatasetConfig {
  return { ...config, path };
}

function timeOf(dates: readonly CalendarDate[], precision: number) {
  return {
    first: dateText(dates[0]!, precision),
    last: dateText(dates.at(-1)!, precision),
    steps: dates.length,
  };
}

function seriesFile({ path, crs, reopen, owner }: SeriesInput): RasterSeries["files"][number] {
  if (crs === undefined) throw new Error(`${path} does not state its coordinate reference system`);
  return { path, crs, reopen, owner };
}

/** Positions of inputs, one for each geometry. */
function distinct(inputs: readonly SeriesInput[]): number[] {
  const known = new Set<string>();
  return inputs.flatMap(({ geometry }, position) => {
    if (known.has(geometry)) return [];
    known.add(geometry);
    return [position];
  });
}

/** The files of several inputs, each once. */
function together(all: readonly InputFiles[]): InputFiles {
  const unique = (files: readonly InputFile[]): readonly InputFile[] => [
    ...new Map(files.map((file) => [file.path, file])).values(),
  ];
  return {
    before: unique(all.flatMap(({ before }) => before)),
    now: async () => {
      const found: InputFile[] = [];
      // One by one, so that only few are open at a time.
      for (const { now } of all) found.push(...(await now()));
      return unique(found);
    },
  };
}
