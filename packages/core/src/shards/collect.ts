import { existsSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { QuadratError } from "../errors.js";
import type { DatasetEntry } from "../catalogue/dataset-entry.js";
import type { RunReport } from "../pipeline/report.js";
import type { RunOptions } from "../pipeline/run-options.js";
import { runPipeline } from "../pipeline/run.js";
import { silent } from "../pipeline/progress.js";
import { cleanedUp, quietly } from "../system/clean-up.js";
import { readingAddresses } from "../remote/for-config.js";
import { checkFrozen } from "./frozen-files.js";
import type { ReadPlan } from "./plan.js";
import { joinFacts, noValues, readAll, readBlocks, type CellBlock } from "./range-file.js";
import { fromDone, type Done } from "./read-done.js";
import type { ShardOptions } from "./shard-run.js";
import { lookAtShard, type ShardState } from "./shard-state.js";
import { openWorkFolder } from "./work-folder.js";
import type { DensePart, PartPlace } from "./shard-file.js";
import { Databases } from "./databases.js";
import { joinRecords } from "./join-records.js";
import type { DenseElsewhere, QueryElsewhere, StagedElsewhere, WholeElsewhere } from "./stage-contract.js";

/** A result that can be used. */
export interface CollectedShards {
  readonly shards: ReadonlyMap<number, Done>;
  /** Where the tables are: the result of `prepare`, or of the shards that have staged them. */
  readonly tables: readonly Done[];
}

/**
 * Makes the outputs of a plan from the results of its shards, with the bytes of a run on one machine: what shards have staged
 * is put into the store, and then an ordinary run merges and exports it.
 * @throws QuadratError that names the shards whose results are missing or damaged
 */
export async function collectShards(
  plan: ReadPlan,
  options: ShardOptions & Pick<RunOptions, "fresh">,
): Promise<RunReport> {
  const signal = options.signal ?? new AbortController().signal;
  const found = await checkShards(plan, options);
  const { limitBytes } = options.memory;
  await readingAddresses(plan.configuration, { signal, limitBytes }, () => checkFrozen(plan, signal));
  const work = await openWorkFolder(plan.folder, "collect");
  return cleanedUp(
    () =>
      runPipeline(plan.configuration, {
        ...options,
        elsewhere: elsewhere(plan, found, work.path),
      }),
    () => quietly(() => work.remove()),
  );
}

/**
 * Reads results to their ends, and those with the tables that they need.
 * @param wanted default: all shards of the plan
 */
export async function checkShards(
  plan: ReadPlan,
  options: ShardOptions,
  wanted = plan.shards,
): Promise<CollectedShards> {
  const { progress = silent, signal } = options;
  const states = new Map<number, ShardState>();
  const prepared = plan.datasets.some(({ kind }) => kind === "table")
    ? await lookAtShard(plan, undefined, true, signal)
    : undefined;
  const owners = plan.datasets.flatMap(({ staged_by: by }) =>
    typeof by === "number" && prepared?.state !== "done" ? [by] : [],
  );
  const all = new Set([...wanted.map(({ index }) => index), ...owners]);
  progress.start("check shards", all.size, "shards");
  try {
    for (const index of [...all].sort((a, b) => a - b)) {
      signal?.throwIfAborted();
      states.set(index, await lookAtShard(plan, index, true, signal));
      progress.advance("check shards", 1);
    }
  } catch (error) {
    progress.end("check shards", "stopped");
    throw error;
  } finally {
    progress.end("check shards");
  }
  const done = [...states].flatMap(([index, state]) =>
    state.state === "done" ? [[index, state] as const] : [],
  );
  const tables = prepared?.state === "done" ? [prepared] : done.map(([, state]) => state);
  const has = new Set(tables.flatMap(({ directory }) => directory.whole.map(({ name }) => name)));
  // A shard that left its tables to `prepare`, whose result is gone, has to do them after all.
  const bare = new Set(
    plan.datasets.flatMap(({ name, kind, staged_by: by }) =>
      kind === "table" && typeof by === "number" && !has.has(name) ? [by] : [],
    ),
  );
  const bad = [...states].flatMap(([index, state]) =>
    state.state === "done" && bare.has(index)
      ? [{ index, what: "lacks its tables" }]
      : state.state === "missing"
        ? [{ index, what: "is missing" }]
        : state.state === "damaged"
          ? [{ index, what: state.reason }]
          : [],
  );
  if (bad.length > 0) throw incomplete(plan, bad);
  return { shards: new Map(done), tables };
}

const mostNamed = 20;

function incomplete(plan: ReadPlan, bad: readonly { index: number; what: string }[]): QuadratError {
  const damaged = bad.filter(({ what }) => what !== "is missing");
  const array = arrayText(bad.map(({ index }) => index));
  const missing = bad.length - damaged.length;
  const lines = [
    `${bad.length} of ${plan.shards.length} shards can't be collected: ${array}`,
    ...(missing > 0 ? [`  ${missing} missing`] : []),
    ...damaged.slice(0, mostNamed).map(({ index, what }) => `  shard ${index} ${what}`),
    ...(damaged.length > mostNamed ? [`  and ${damaged.length - mostNamed} more damaged`] : []),
  ];
  const script = join(plan.folder, "shards.sbatch");
  const again = [
    ...(existsSync(script) ? [`\`sbatch --array=${array} ${script}\``] : []),
    `\`quadrat shard run ${plan.folder} --index ${bad[0]!.index}\``,
  ];
  return new QuadratError("input", lines.join("\n"), {
    hint: `do them again, such as with ${again.join(" or ")}`,
    place: { file: plan.folder },
  });
}

/** Numbers in the form in which arrays of jobs are given: `3,7-9`. */
export function arrayText(indices: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

function elsewhere(plan: ReadPlan, { shards, tables }: CollectedShards, work: string): StagedElsewhere {
  const hashes = hashesOf(plan);
  const databases = new Databases(work, plan.folder);
  return {
    hash: (path) => hashes.get(path),
    dense: (entry) => denseOf([...shards.values()], entry),
    whole: (entry) => wholeOf(tables, entry, databases),
    query: (name) => queryOf([...shards.values()], name, databases),
  };
}

/** What shards have staged for the rows of one of them. */
export function elsewhereOfShard(
  plan: ReadPlan,
  shard: Done,
  tables: readonly Done[],
  databases: Databases,
): StagedElsewhere {
  const hashes = hashesOf(plan);
  const { first, end } = shard.directory;
  // The keys of the plan are those of the whole grid, and were checked when the shards were made.
  const planned = ({ name, ...entry }: DatasetEntry): DatasetEntry => ({
    ...entry,
    name,
    key: plan.datasets.find((one) => one.name === name)?.key ?? "",
  });
  return {
    isPart: true,
    hash: (path) => hashes.get(path),
    dense: (entry) => denseOf([shard], planned(entry), first),
    whole: async (entry) => {
      const whole = await wholeOf(tables, planned(entry), databases);
      return whole && { ...whole, range: { first, end } };
    },
    query: (name) => queryOf([shard], name, databases, first),
  };
}

function hashesOf({ datasets }: ReadPlan): ReadonlyMap<string, string> {
  return new Map(datasets.flatMap(({ files }) => files.map((file) => [file.path, file.sha256])));
}

interface FoundPart {
  readonly done: Done;
  readonly part: DensePart;
  readonly cells: number;
}

/** @param origin the cell from which cells are counted */
function denseOf(
  shards: readonly Done[],
  { name, key }: DatasetEntry,
  origin = 0,
): DenseElsewhere | undefined {
  const parts = shards.flatMap((done): FoundPart[] => {
    const { dense, first, end } = done.directory;
    const part = dense.find((one) => one.name === name && one.key === key);
    return part ? [{ done, part, cells: end - first }] : [];
  });
  if (parts.length < shards.length) return undefined;
  return {
    facts: parts.map(({ part }) => part).reduce(joinFacts, noValues),
    sourceTotals: parts.flatMap(({ part }) => part.sourceTotal ?? []),
    cells: (from) => cellsOf(parts, from),
    outside: () => outsideOf(parts, origin),
  };
}

async function* cellsOf(parts: readonly FoundPart[], from: number): AsyncGenerator<CellBlock> {
  let skip = from;
  for (const { done, part, cells } of parts) {
    if (skip >= cells) {
      skip -= cells;
      continue;
    }
    const skipped = skip;
    yield* fromDone(done, (file) => readBlocks(file, part.type, part.cells, skipped));
    skip = 0;
  }
}

/** Doubles that are read at once. */
const runsAtOnce = 2 ** 16;

async function* outsideOf(parts: readonly FoundPart[], origin: number): AsyncGenerator<Float64Array> {
  for (const { done, part } of parts) {
    const { at, end } = part.outside;
    if (at === end) continue;
    for await (const runs of fromDone(done, (file) => readRuns(file, part.outside)))
      yield origin === 0 ? runs : runs.map((cell) => cell - origin);
  }
}

async function* readRuns(file: FileHandle, { at, end }: PartPlace): AsyncGenerator<Float64Array> {
  for (let position = at; position < end;) {
    const runs = new Float64Array(Math.min(runsAtOnce, (end - position) / 8));
    await readAll(file, new Uint8Array(runs.buffer), position);
    position += runs.byteLength;
    yield runs;
  }
}

/** The database with the dataset, copied out of the file of the shard that has staged it. */
async function wholeOf(
  tables: readonly Done[],
  { name, key }: DatasetEntry,
  databases: Databases,
): Promise<WholeElsewhere | undefined> {
  for (const done of tables) {
    const whole = done.directory.whole.find((one) => one.name === name && one.key === key);
    if (whole) return { database: await databases.ofTables(done), facts: whole.facts };
  }
  return undefined;
}

/** @param origin the cell from which cells are counted */
function queryOf(
  shards: readonly Done[],
  name: string,
  databases: Databases,
  origin = 0,
): QueryElsewhere | undefined {
  const parts = shards.flatMap((done) => {
    const part = done.directory.queries?.find((one) => one.name === name);
    return part ? [{ done, ...part }] : [];
  });
  if (parts.length < shards.length) return undefined;
  const facts = parts.map((part) => part.facts);
  return {
    facts: {
      ...facts.reduce(joinFacts, noValues),
      records: joinRecords(facts.flatMap(({ records }) => records ?? [])),
    },
    async *pieces() {
      for (const { done } of parts) {
        yield { database: await databases.ofQueries(done), origin: done.directory.first - origin };
        await databases.dropQueries(done);
      }
    },
  };
}
