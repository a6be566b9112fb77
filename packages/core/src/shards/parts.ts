import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { prepareDirectory, syncDirectory, writeWhole } from "../pipeline/output-file.js";
import { silent, type Progress } from "../pipeline/progress.js";
import { runPipeline } from "../pipeline/run.js";
import type { ExportedFile } from "../pipeline/stage.js";
import { metadataPath } from "../pipeline/targets.js";
import type { MemoryWatch } from "../plugin/memory.js";
import { sha256Of } from "../sha256.js";
import { cellLocal } from "../sql/cell-local.js";
import { cleanedUp, quietly } from "../system/clean-up.js";
import { isGone, newOwner } from "../system/owner.js";
import { checkShards, elsewhereOfShard, type CollectedShards } from "./collect.js";
import { Databases } from "./databases.js";
import { checkFrozen } from "./frozen-files.js";
import { joinRecords, type RecordNumbers } from "./join-records.js";
import { shardName, type PlannedShard, type ReadPlan } from "./plan.js";
import { shardFault } from "./shard-fault.js";
import type { ShardOptions } from "./shard-run.js";
import { openWorkFolder } from "./work-folder.js";

/** What was made of the shards: a folder of Parquet files that is read as one table. */
export interface PartsReport {
  readonly experiment: string;
  readonly directory: string;
  readonly metadata: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly files: readonly ExportedFile[];
  /** Files that were there already. */
  readonly reused: number;
  readonly seconds: number;
}

/** The metadata of a part, as far as they are put together. */
interface PartMetadata {
  readonly rows: number;
  readonly columns: readonly PartColumn[];
  readonly datasets?: unknown;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly configuration: unknown;
}

interface PartColumn {
  readonly name: string;
  readonly nullShare?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  /** Set for one of several columns of a dataset. */
  readonly values?: number;
  /** Set for a query. */
  readonly sql?: string;
  readonly records?: RecordNumbers;
}

export type OpenWatch = () => Promise<MemoryWatch>;

/**
 * Makes a Parquet file of each shard: `part-00000.parquet` and so on in a folder with the name of the outputs, in order of cells,
 * all with the same columns, and the metadata beside the folder. Files that are there are kept.
 * @param openWatch opens the watch of another run: each file is the work of one
 * @throws QuadratError that names the shards whose results are missing or damaged, or a query that needs other cells
 */
export async function collectParts(
  plan: ReadPlan,
  options: ShardOptions,
  openWatch: OpenWatch,
): Promise<PartsReport> {
  const begun = performance.now();
  const { progress = silent } = options;
  const { parts, reused, target } = await makeParts(plan, plan.shards, options, openWatch);
  const metadata = metadataPath(plan.configuration);
  const files = parts.map(({ rows, files: [file] }) => ({ ...file!, format: "parquet", rows }));
  const text = `${JSON.stringify(together(plan, parts, files), null, 2)}\n`;
  await writeWhole(metadata, (temporary) => writeFile(temporary, text), progress);
  return {
    experiment: plan.experiment,
    directory: target,
    metadata,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    columns: parts[0]!.columns.map((column) => column.name),
    files: files.map(({ name: file, ...facts }) => ({ ...facts, path: join(target, file) })),
    reused,
    seconds: (performance.now() - begun) / 1000,
  };
}

/**
 * Makes the file of one shard alone, as a task of {@link collectParts} that another process completes: all others may be made at
 * the same time.
 */
export async function collectPart(
  plan: ReadPlan,
  index: number,
  options: ShardOptions,
  openWatch: OpenWatch,
): Promise<ExportedFile & { readonly reused: boolean }> {
  const { parts, reused, target } = await makeParts(plan, [plan.shards[index]!], options, openWatch);
  const { rows, files } = parts[0]!;
  const { name, ...facts } = files[0]!;
  return { ...facts, format: "parquet", rows, path: join(target, name), reused: reused > 0 };
}

interface MadeParts {
  readonly parts: readonly PartMetadata[];
  readonly reused: number;
  readonly target: string;
}

async function makeParts(
  plan: ReadPlan,
  shards: readonly PlannedShard[],
  options: ShardOptions,
  openWatch: OpenWatch,
): Promise<MadeParts> {
  const { progress = silent } = options;
  const signal = options.signal ?? new AbortController().signal;
  await refuseDistantQueries(plan);
  const found = await checkShards(plan, options, shards);
  await checkFrozen(plan, signal);
  const { directory, name } = plan.configuration.export;
  const target = join(directory, name);
  const notes = join(plan.folder, "parts");
  await prepareDirectory(directory);
  await prepareDirectory(target);
  await mkdir(notes, { recursive: true });
  await removeUnfinished(target);
  const work = await openWorkFolder(plan.folder, "collect");
  const parts: PartMetadata[] = [];
  let reused = 0;
  const collect = async (): Promise<void> => {
    const databases = new Databases(work.path, plan.folder);
    progress.start("parts", shards.length, "files");
    try {
      for (const { index } of shards) {
        signal.throwIfAborted();
        const place = { target, note: join(notes, `${shardName(index)}.json`) };
        const before = await partBefore(plan, index, place);
        if (before) reused++;
        parts.push(before ?? (await makePart(plan, index, found, databases, place, options, openWatch)));
        progress.advance("parts", 1);
      }
    } catch (error) {
      progress.end("parts", "stopped");
      throw error;
    } finally {
      progress.end("parts");
    }
  };
  await cleanedUp(collect, () => quietly(() => work.remove()));
  return { parts, reused, target };
}

/** Removes what killed processes of this machine have left. */
async function removeUnfinished(target: string): Promise<void> {
  for (const name of await readdir(target)) {
    const [, owner] = /^\.part-\d+\.(.+)$/.exec(name) ?? [];
    if (owner !== undefined && isGone(owner))
      await quietly(() => rm(join(target, name), { recursive: true, force: true }));
  }
}

/** A query may need cells that are in another part. */
async function refuseDistantQueries({ datasets, configuration }: ReadPlan): Promise<void> {
  for (const { name, kind } of datasets) {
    if (kind !== "query") continue;
    const reason = await cellLocal(configuration.datasets[name]!.sql!);
    if (reason === undefined) continue;
    throw new QuadratError("usage", `the query ${name} can't be run part by part: it ${reason}`, {
      hint: "collect without --partitioned, or leave the dataset out and query the parts",
      place: { dataset: name },
    });
  }
}

interface PartPlace {
  readonly target: string;
  readonly note: string;
}

function partName(index: number): string {
  return `part-${shardName(index)}`;
}

/** The metadata of a part that is there and whole. */
async function partBefore(
  plan: ReadPlan,
  index: number,
  { target, note }: PartPlace,
): Promise<PartMetadata | undefined> {
  try {
    const { plan: checksum, ...part } = JSON.parse(await readFile(note, "utf8")) as PartMetadata & {
      readonly plan: string;
    };
    const sha256 = await sha256Of(join(target, `${partName(index)}.parquet`));
    return checksum === plan.checksum && sha256 === part.files[0]?.sha256 ? part : undefined;
  } catch {
    return undefined;
  }
}

async function makePart(
  plan: ReadPlan,
  index: number,
  { shards, tables }: CollectedShards,
  databases: Databases,
  { target, note }: PartPlace,
  options: ShardOptions,
  openWatch: OpenWatch,
): Promise<PartMetadata> {
  const name = partName(index);
  // In the same folder: a name can't be changed across file systems.
  const folder = join(target, `.${name}.${newOwner()}`);
  const make = async (): Promise<PartMetadata> => {
    await mkdir(folder);
    await runPipeline(configOf(plan, folder, name), {
      ...options,
      memory: await openWatch(),
      progress: quiet(options.progress ?? silent),
      store: join(folder, "quadrat.duckdb"),
      elsewhere: elsewhereOfShard(plan, shards.get(index)!, tables, databases),
      rows: plan.shards[index]!.rows,
    });
    const part = JSON.parse(await readFile(join(folder, `${name}.metadata.json`), "utf8")) as PartMetadata;
    await rename(join(folder, `${name}.parquet`), join(target, `${name}.parquet`));
    await syncDirectory(target);
    await writeNote(note, JSON.stringify({ plan: plan.checksum, ...part })).catch((error: unknown) => {
      throw shardFault(error, plan.folder, "collect again") ?? error;
    });
    return part;
  };
  return cleanedUp(make, () => quietly(() => rm(folder, { recursive: true, force: true })));
}

async function writeNote(path: string, text: string): Promise<void> {
  const temporary = `${path}.${newOwner()}`;
  const write = async (): Promise<void> => {
    await writeFile(temporary, text);
    await rename(temporary, path);
  };
  await cleanedUp(write, (failed) => failed && rm(temporary, { force: true }));
}

/** Of the runs that make the parts only what is wrong is told. */
function quiet(progress: Progress): Progress {
  return { ...silent, log: (level, message) => level === "warning" && progress.log(level, message) };
}

function configOf({ configuration }: ReadPlan, directory: string, name: string): Config {
  // Nor is the table of points.
  const { points: _points, ...common } = configuration;
  const { formats } = common.export;
  const parquet = formats.find(({ use }) => use === "parquet") ?? { use: "parquet", options: {} };
  const datasets = Object.entries(configuration.datasets).map(([dataset, settings]) => {
    // Records are not divided.
    const { rejected: _rejected, derivedDataset: _derived, ...rest } = settings;
    return [dataset, rest] as const;
  });
  return {
    ...common,
    datasets: Object.fromEntries(datasets),
    export: { ...configuration.export, formats: [parquet], directory, name },
    prediction: { learn: false, disk: "off" },
  };
}

/** The metadata of all parts as those of one table. */
function together(plan: ReadPlan, parts: readonly PartMetadata[], files: readonly object[]): object {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const columns = parts[0]!.columns.map((first, at) => {
    const own = parts.map((part) => ({ ...part.columns[at]!, rows: part.rows }));
    if (first.nullShare === undefined) return first;
    const nulls = own.reduce((sum, one) => sum + Math.round((one.nullShare ?? 0) * one.rows), 0);
    const mins = own.flatMap(({ min }) => (typeof min === "number" ? [min] : []));
    const maxs = own.flatMap(({ max }) => (typeof max === "number" ? [max] : []));
    return {
      ...first,
      nullShare: rows > 0 ? nulls / rows : null,
      min: mins.length > 0 ? mins.reduce((a, b) => Math.min(a, b)) : null,
      max: maxs.length > 0 ? maxs.reduce((a, b) => Math.max(a, b)) : null,
      ...(first.values !== undefined && {
        values: own.reduce((total, { values = 0 }) => total + values, 0),
      }),
      // Tables were read as a whole, queries part by part.
      ...(first.sql !== undefined && { records: joinRecords(own.flatMap(({ records }) => records ?? [])) }),
    };
  });
  return { ...parts[0]!, grid: plan.grid, rows, columns, files };
}
