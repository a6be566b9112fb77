import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isQuadratError } from "@quadrat/core";
import {
  inspectPipeline,
  parseConfig,
  type DatasetType,
  type Inspection,
  type Registry,
} from "@quadrat/core/host";
import { openMemoryWatch } from "@quadrat/monitor";
import type { FoundFile } from "./scan.js";
import type { FoundSeries } from "./series.js";
import { findCode, findCoordinates, readColumns, type CodeColumns } from "./table-head.js";

/** A dataset that init proposes, or the reason why it proposes none. */
export interface Proposal extends FoundFile {
  readonly name: string;
  /** Absent if the file can't be used as it is. */
  readonly usable?: {
    readonly type?: DatasetType;
    /** The evidence from which the type is guessed. */
    readonly sign?: string;
    readonly coordinates?: readonly [x: string, y: string];
    readonly codes?: CodeColumns;
    /** The column of the species' names of polygons. */
    readonly species?: string;
    /** The grid of a raster's own pixels, in the terms of the configuration. */
    readonly grid?: Inspection["grid"];
    /** A description of its contents. */
    readonly facts: string;
    /** Set if the path is a pattern: its first file, and whether its files have dates in their names. */
    readonly series?: { readonly first: string; readonly dated: boolean };
    /** Set if the file itself has steps in time. */
    readonly hasTime?: true;
  };
  readonly reason?: string;
}

/** Opens a file as a run would, and proposes a dataset for it. */
export async function propose(
  file: FoundFile,
  name: string,
  folder: string,
  registry: Registry,
): Promise<Proposal> {
  const leaveOut = (reason: string): Proposal => ({ ...file, name, reason: oneLine(reason) });
  try {
    if (file.kind === "ranges") return await proposeRanges(file, name, folder, registry);
    return file.kind === "raster"
      ? await proposeRaster(file, name, folder, registry)
      : await proposeTable(file, name, folder, registry);
  } catch (error) {
    if (!isQuadratError(error)) return leaveOut(error instanceof Error ? error.message : String(error));
    return leaveOut([problemOf(error.message), error.hint].filter(Boolean).join("; "));
  }
}

/** One dataset for all files of a series; undefined if one of them can't be used, or is of another kind than the rest. */
export async function proposeSeries(
  { pattern, files, dated }: FoundSeries,
  name: string,
  folder: string,
  registry: Registry,
): Promise<Proposal | undefined> {
  const proposals: Proposal[] = [];
  for (const file of files) proposals.push(await propose(file, name, folder, registry));
  const [first] = proposals as [Proposal];
  const alike = proposals.every(
    ({ usable }) => usable && usable.type === first.usable?.type && usable.hasTime === first.usable?.hasTime,
  );
  if (!alike) return undefined;
  const { hasTime } = first.usable!;
  const facts = `${proposals.length} files such as ${first.path.split("/").at(-1)}: ${first.usable!.facts}`;
  return {
    // The steps of files tell their time better than the files' names.
    ...{ path: hasTime ? pattern.replace(/\{.*\}/, "*") : pattern, kind: first.kind, name },
    usable: { ...first.usable!, facts, series: { first: first.path, dated: dated && !hasTime } },
  };
}

async function proposeRaster(
  file: FoundFile,
  name: string,
  folder: string,
  registry: Registry,
): Promise<Proposal> {
  const read = (more: object): Promise<Inspection> =>
    inspect({ like: file.path }, { path: file.path, ...more }, folder, registry);
  let hasTime = false;
  const { grid, datasets } = await read({ resample: "near" }).catch(async (fault: unknown) => {
    const found = await read({ time: { by: "all" } }).catch(() => undefined);
    if (!found) throw fault;
    hasTime = true;
    return found;
  });
  const [width, height] = datasets[0]!.size ?? [grid.width, grid.height];
  const facts = `${width} x ${height} pixels, ${datasets[0]!.type}`;
  if (hasTime) return { ...file, name, usable: { facts: `${facts}, steps in time`, grid, hasTime } };
  const { classes } = datasets[0]!;
  const type = classes === null ? typeByName(name) : "categorical";
  return { ...file, name, usable: { facts, grid, sign: classes ?? "the name", ...(type ? { type } : {}) } };
}

async function proposeTable(
  file: FoundFile,
  name: string,
  folder: string,
  registry: Registry,
): Promise<Proposal> {
  const isFolder = (await stat(join(folder, file.path))).isDirectory();
  const parquet = isFolder || /\.parquet$/i.test(file.path);
  const archive = /\.zip$/i.test(file.path);
  // What has the names of its columns elsewhere is opened to see whether it has coordinates.
  const isOpened = parquet || archive;
  const columns = isOpened ? [] : await readColumns(join(folder, file.path));
  const coordinates = findCoordinates(columns);
  const codes = coordinates || isOpened ? undefined : findCode(columns);
  if (!coordinates && !codes && !isOpened) {
    const reason = `no coordinate columns were recognised; name them with x: and y:, from ${listed(columns)}`;
    return { ...file, name, reason: oneLine(reason) };
  }
  const dataset = {
    path: file.path,
    ...(coordinates ? { x: coordinates[0], y: coordinates[1] } : {}),
    ...(codes ? { kind: "occurrences", code: codes.code } : {}),
  };
  await inspect({ crs: "EPSG:4326", resolution: 1, bounds: [-180, -90, 180, 90] }, dataset, folder, registry);
  const facts = isFolder
    ? "a table in many files"
    : parquet
      ? "a Parquet table"
      : archive
        ? "records in an archive"
        : oneLine(`columns: ${listed(columns)}`);
  return {
    ...file,
    name,
    usable: { facts, ...(coordinates ? { coordinates } : {}), ...(codes ? { codes } : {}) },
  };
}

/** Columns of names that files of ranges have: those of IUCN, BirdLife, Map of Life and Darwin Core. */
const rangeNames = ["sci_name", "binomial", "scientificName", "species"] as const;

async function proposeRanges(
  file: FoundFile,
  name: string,
  folder: string,
  registry: Registry,
): Promise<Proposal> {
  const grid = { crs: "EPSG:4326", resolution: 1, bounds: [-180, -90, 180, 90] };
  const dataset = { path: file.path, kind: "ranges" };
  await inspect(grid, dataset, folder, registry);
  for (const species of rangeNames) {
    try {
      await inspect(grid, { ...dataset, species }, folder, registry);
      return { ...file, name, usable: { facts: "polygons of species", species } };
    } catch (error) {
      if (!isQuadratError(error)) throw error;
    }
  }
  return { ...file, name, usable: { facts: "polygons" } };
}

/** The configuration that this dataset alone would need (JSON is valid YAML). */
async function inspect(
  grid: object,
  dataset: object,
  folder: string,
  registry: Registry,
): Promise<Inspection> {
  const text = JSON.stringify({ grid, datasets: { dataset } });
  const config = parseConfig(text, { file: join(folder, "config.yml") });
  const memory = await openMemoryWatch({ config, registry });
  return inspectPipeline(config, { registry, memory });
}

function typeByName(name: string): DatasetType | undefined {
  if (/land_?(cover|use)|lulc|class|biome|ecoregion|categor|soil_?type/.test(name)) return "categorical";
  return /count|richness|population|abundance/.test(name) ? "count" : undefined;
}

function listed(columns: readonly string[]): string {
  const shown = columns.slice(0, 12).map((name) => (name === "" ? '""' : name));
  return columns.length > 12 ? `${shown.join(", ")} and ${columns.length - 12} more` : shown.join(", ");
}

/** What is said of the dataset, where a message has several problems of the configuration that it was tried with. */
function problemOf(message: string): string {
  const own = /^ *\S.*:\d+:\d+: datasets\.dataset[^:]*: (.*)$/m.exec(message);
  return own?.[1] ?? message;
}

/** A text that fits into a comment. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
