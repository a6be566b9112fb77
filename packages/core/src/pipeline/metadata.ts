import { relative, dirname, sep } from "node:path";
import { stagedColumns, type Conservation, type StagedDataset } from "../catalogue/dataset-entry.js";
import { columnsOfCells } from "../config/cell-columns.js";
import type { Config, DatasetConfig } from "../config/types.js";
import type { HashedFile } from "../inputs/input-files.js";
import { contentFacts } from "../inputs/remote-input.js";
import { isAddress } from "../remote/address.js";
import type { Grid } from "../grid/grid.js";
import type { ColumnSummary } from "../table/exporter.js";
import { pointMetadata, type SummarisedPoints } from "./point-metadata.js";
import type { OpenMask } from "./open-mask.js";
import type { ColumnOrigin, ExportedFile } from "./stage.js";

export interface MetadataInput {
  readonly config: Config;
  readonly grid: Grid;
  readonly mask: OpenMask | undefined;
  readonly versions: Readonly<Record<string, string>>;
  readonly datasets: readonly StagedDataset[];
  /** Where columns come from whose entries make several, by dataset. */
  readonly origins?: ReadonlyMap<string, ColumnOrigin>;
  readonly columns: readonly ColumnSummary[];
  readonly rows: number;
  readonly points?: SummarisedPoints | undefined;
  readonly files: readonly ExportedFile[];
}

/**
 * The text of `<name>.metadata.json`. It says how the table was made and contains nothing that may differ between
 * two runs with the same result: no times, no batch sizes, no paths outside the configuration's own folder.
 */
export function metadataText(input: MetadataInput): string {
  const { config, grid, mask, versions, datasets, columns, rows, files } = input;
  const home = dirname(config.file);
  const portable = (path: string): string =>
    isAddress(path) ? path : relative(home, path).split(sep).join("/");
  const origin = (dataset: StagedDataset): object => ({
    ...input.origins?.get(dataset.name),
    ...sourceOf(config.datasets[dataset.name], portable(dataset.path)),
    driver: dataset.driver,
    method: dataset.method,
    ...contentFacts(dataset.sha256),
    bytes: dataset.bytes,
    ...(dataset.license !== undefined && { license: dataset.license }),
    ...(dataset.sideFiles && {
      side_files: dataset.sideFiles.map((file) => sideFile(file, portable)),
    }),
    ...(dataset.conservation && { conservation: conservationOf(dataset.conservation) }),
    ...(dataset.records && { records: recordsOf(dataset.records) }),
  });
  const listed = datasets.filter((dataset) => dataset.columns !== undefined);
  let at = 0;
  const metadata = {
    quadrat: versions,
    experiment: config.experiment,
    grid: grid.toJSON(),
    ...(mask && config.mask && { mask: maskOf(config.mask, mask, portable) }),
    rows,
    columns: [
      { name: "x", type: "float64", description: "cell centre, grid CRS units" },
      { name: "y", type: "float64", description: "cell centre, grid CRS units" },
      ...columnsOfCells(config),
      ...datasets.flatMap((dataset) => {
        const own = columns.slice(at, (at += stagedColumns(dataset).length));
        const { columns: several } = dataset;
        if (!several) return own.map((column) => ({ ...column, ...origin(dataset) }));
        const each = labelKey(config.datasets[dataset.name]);
        return own.map((column, index) => ({
          ...column,
          dataset: dataset.name,
          [each]: several[index]!.label,
          values: several[index]!.values,
        }));
      }),
    ],
    ...(listed.length > 0 && {
      datasets: Object.fromEntries(
        listed.map((dataset) => [dataset.name, { ...origin(dataset), columns: dataset.columns!.length }]),
      ),
    }),
    ...(input.points && { points: pointMetadata(input.points, config) }),
    files: files.map(({ path, ...file }) => ({
      name: portable(path).split("/").at(-1),
      ...file,
    })),
    configuration: {
      datasets: Object.fromEntries(
        Object.entries(config.datasets).map(([name, dataset]) => [
          name,
          dataset.kind === "query" ? withoutPath(dataset) : withPaths(dataset, portable),
        ]),
      ),
      join: config.merge.join,
      compress: config.export.compress,
    },
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}

/** How the mask is given, what its files are, and how many cells it has. */
function maskOf(
  { path, ...given }: NonNullable<Config["mask"]>,
  { size, files }: OpenMask,
  portable: (path: string) => string,
): object {
  const own = files.find((file) => file.path === path);
  const beside = files.filter((file) => file !== own);
  return {
    source: portable(path),
    ...given,
    ...(own && { ...contentFacts(own.sha256), bytes: own.bytes }),
    ...(beside.length > 0 && { side_files: beside.map((file) => sideFile(file, portable)) }),
    cells: size,
  };
}

function sideFile({ path, sha256, ...facts }: HashedFile, portable: (path: string) => string): object {
  return { source: portable(path), ...facts, ...contentFacts(sha256) };
}

/** Totals with the names of metadata. */
function conservationOf({ sourceTotal, resultTotal, difference, unknown }: Conservation): object {
  const totals = { source_total: sourceTotal, result_total: resultTotal, difference };
  return unknown === undefined ? totals : { ...totals, unknown };
}

/** What distinguishes the columns of a dataset. */
function labelKey({ expand, by, resample }: Pick<DatasetConfig, "expand" | "by" | "resample"> = {}): string {
  return expand ?? by ?? (resample === "fractions" ? "class" : "label");
}

/** The verdicts with the names of metadata. */
function recordsOf({ verdicts = {}, ...counts }: NonNullable<StagedDataset["records"]>): object {
  const found = Object.entries(verdicts).map(([verdict, { leftOut, flagged, first }]) => [
    verdict,
    { ...(leftOut > 0 && { left_out: leftOut }), ...(flagged > 0 && { flagged }), first },
  ]);
  return found.length === 0 ? counts : { ...counts, verdicts: Object.fromEntries(found) as object };
}

/** The file that a column comes from, or its query. */
function sourceOf(dataset: DatasetConfig | undefined, path: string): { source: string } | { sql: string } {
  return dataset?.sql === undefined ? { source: path } : { sql: dataset.sql };
}

function withPaths(dataset: DatasetConfig, portable: (path: string) => string): DatasetConfig {
  const { path, checks } = dataset;
  if (checks === undefined || typeof checks === "string") return { ...dataset, path: portable(path) };
  const entries = Object.entries(checks).map(([name, check]) => [
    name,
    check.path === undefined ? check : { ...check, path: portable(check.path) },
  ]);
  return { ...dataset, path: portable(path), checks: Object.fromEntries(entries) as typeof checks };
}

function withoutPath({ path: _path, ...dataset }: DatasetConfig): Omit<DatasetConfig, "path"> {
  return dataset;
}
