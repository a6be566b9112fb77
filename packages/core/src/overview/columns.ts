import type { Config, DatasetConfig } from "../config/types.js";
import type { StagedFacts } from "../catalogue/dataset-entry.js";
import { QuadratError } from "../errors.js";
import { qualify } from "../store/store.js";
import type { StoreReader } from "../sql/reader.js";
import type { ValueTable } from "./scan.js";
import { outsideOf } from "../catalogue/why.js";
import type { Names } from "./names.js";

/** A dataset of the store, and what is kept of how it was made. */
export interface OverviewDataset {
  readonly name: string;
  readonly path: string;
  readonly driver: string;
  readonly method: string;
  readonly facts: StagedFacts;
  /** As configured; undefined if the last run's configuration does not name it. */
  readonly config: DatasetConfig | undefined;
  /** Whether its input is a raster: then a cell without a value has no data, or lies outside. */
  readonly raster: boolean;
}

/** A column of a table that can be shown: of numbers, or of texts. */
export interface OverviewSource {
  readonly name: string;
  readonly type: string;
  readonly dataset: OverviewDataset | undefined;
  /** Whether the values are classes; those of texts are the numbers of these. */
  readonly categorical: boolean;
  /** Of a column of texts, once they have been read. */
  readonly texts?: Names | undefined;
  /** Whether it says how many, or whether, records or ranges there are: what a model explains, and not a predictor. */
  readonly counted: boolean;
}

const numbers = new Set(
  "TINYINT UTINYINT SMALLINT USMALLINT INTEGER UINTEGER BIGINT UBIGINT HUGEINT FLOAT DOUBLE BOOLEAN".split(
    " ",
  ),
);

const text = "VARCHAR";

export function isText({ type }: Pick<OverviewSource, "type">): boolean {
  return type === text;
}

/** Columns that do not hold values of a dataset. */
const own: Readonly<Record<ValueTable, readonly string[]>> = {
  merged: ["cell", "x", "y"],
  points: ["record", "cell", "x", "y"],
};

/** The datasets of the store in configuration order. */
export async function readDatasets(
  reader: StoreReader,
  config: Pick<Config, "datasets">,
): Promise<OverviewDataset[]> {
  const rows = await reader.rows<Record<"name" | "path" | "driver" | "method" | "layout" | "facts", string>>(
    "SELECT name, path, driver, method, layout, facts FROM main.datasets WHERE complete ORDER BY position",
  );
  return rows.map(({ facts, layout, ...row }) => ({
    ...row,
    facts: JSON.parse(facts) as StagedFacts,
    config: configOf(config, row.name),
    raster: layout === "dense",
  }));
}

/** The configuration of a dataset, or of the entry that has made it and others. */
function configOf({ datasets }: Pick<Config, "datasets">, name: string): DatasetConfig | undefined {
  const own = datasets[name];
  if (own) return own;
  const entries = Object.entries(datasets).filter(
    ([entry, { kind }]) => kind === "raster" && name.startsWith(`${entry}_`),
  );
  return entries.toSorted(([a], [b]) => b.length - a.length)[0]?.[1];
}

/**
 * The columns of numbers and of texts of a table, without its coordinates, and the names of all others.
 * @throws QuadratError of kind "usage" if the store has no such table
 */
export async function readColumns(
  reader: StoreReader,
  datasets: readonly OverviewDataset[],
  table: ValueTable = "merged",
): Promise<{ readonly columns: OverviewSource[]; readonly others: string[] }> {
  const found = await reader.rows<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main' AND table_name = '${table}' ORDER BY column_index`,
  );
  if (found.length === 0) {
    throw new QuadratError(
      "usage",
      `the store ${reader.path} has no ${table === "merged" ? "merged table" : "table of points"} yet`,
      {
        hint:
          table === "merged"
            ? "run the pipeline to its end first"
            : "run the pipeline with `points:` in its configuration",
        place: { file: reader.path },
      },
    );
  }
  const owners = new Map(
    datasets.flatMap((dataset) =>
      (dataset.facts.columns ?? [dataset]).map(({ name }) => [name, dataset] as const),
    ),
  );
  const values = found.filter(({ name }) => !own[table].includes(name));
  return {
    columns: values.filter(isShown).map(({ name, type }) => {
      const dataset = owners.get(name);
      const categorical = type === text || isCategorical(dataset);
      return { name, type, dataset, categorical, counted: isCounted(dataset) };
    }),
    others: values.filter((column) => !isShown(column)).map(({ name }) => name),
  };
}

function isShown(column: Pick<OverviewSource, "type">): boolean {
  return numbers.has(column.type) || isText(column);
}

/** Whether the values are classes: of a categorical raster, taken over as they are. */
function isCategorical(dataset: OverviewDataset | undefined): boolean {
  return (
    dataset?.config?.kind === "raster" &&
    dataset.config.type === "categorical" &&
    ["mode", "near", "nearest"].includes(dataset.method)
  );
}

function isCounted(dataset: OverviewDataset | undefined): boolean {
  const { kind, measure = "records" } = dataset?.config ?? {};
  return (
    kind !== undefined &&
    ["occurrences", "ranges"].includes(kind) &&
    ["records", "species", "presence"].includes(measure)
  );
}

/** The cells outside of a raster: ascending ranges, their first cells and ends. */
export interface OutsideRanges {
  readonly first: Float64Array;
  readonly end: Float64Array;
}

/** Ranges that are held in memory. */
const mostRanges = 1_000_000;

/** Undefined if the store has none, or too many to say of each cell in which one it is. */
export async function readOutside(reader: StoreReader, name: string): Promise<OutsideRanges | undefined> {
  const table = qualify(outsideOf(name));
  const [there] = await reader.rows<{ n: number }>(
    `SELECT count(*)::INTEGER AS n FROM duckdb_tables() WHERE schema_name = 'outside' AND table_name = '${name.replaceAll("'", "''")}'`,
  );
  if (there?.n !== 1) return undefined;
  const [counted] = await reader.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${table}`);
  if (counted!.n > mostRanges) return undefined;
  const first = new Float64Array(counted!.n);
  const end = new Float64Array(counted!.n);
  let at = 0;
  const ranges = await reader.query(
    `SELECT first_cell::DOUBLE AS f, end_cell::DOUBLE AS e FROM ${table} ORDER BY first_cell`,
  );
  for await (const batch of ranges.batches(16_384)) {
    const [firsts, ends] = batch.data.children.map(({ values }) => values as Float64Array);
    first.set(firsts!.subarray(0, batch.numRows), at);
    end.set(ends!.subarray(0, batch.numRows), at);
    at += batch.numRows;
  }
  return { first, end };
}
