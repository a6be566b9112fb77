import { qualify, quoteIdentifier } from "../store/store.js";
import type { Config } from "../config/types.js";
import type { StagedColumn, StagedFacts } from "../catalogue/dataset-entry.js";
import { queryFault } from "./faults.js";
import type { StoreReader } from "./reader.js";
import { readRelations, type Relation } from "./relations.js";

/** A table or view of a store, and what it holds. */
export interface StoreTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** The size of its blocks on disk; null for a view that only reads others, and if DuckDB does not report it. */
  readonly bytes: number | null;
  readonly columns: readonly StoreColumn[];
}

export interface StoreColumn {
  readonly name: string;
  readonly type: string;
  /** Share of the rows that are NULL; null if nothing was counted, as for columns without a dataset's values. */
  readonly null_share: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

type Facts = Pick<StagedFacts, "values" | "min" | "max">;

interface Staged extends Facts {
  readonly records: StagedFacts["records"];
  readonly name: string;
  readonly rows: number;
  /** The schema of the table of its values. */
  readonly schema: "dense" | "sparse";
  readonly columns: ReadonlyMap<string, StagedColumn> | undefined;
}

/**
 * Describes the contents of a store. Rows, shares of NULLs and ranges of datasets are those counted while staging; the
 * merged table is read only if its columns do not follow from them: after an inner join, or if values were filled in.
 */
export async function describeStore(reader: StoreReader): Promise<StoreTable[]> {
  try {
    const relations = await readRelations(reader);
    const cells = await readCells(reader, relations);
    const staged = await readStaged(reader, relations, cells);
    const tables: StoreTable[] = [];
    const masked = await readMasked(reader, relations);
    for (const relation of relations)
      tables.push(await describe(relation, staged, { cells, masked }, reader));
    return tables;
  } catch (error) {
    throw queryFault(error);
  }
}

async function describe(
  relation: Relation,
  staged: ReadonlyMap<string, Staged>,
  { cells, masked }: { readonly cells: number; readonly masked: number | undefined },
  reader: StoreReader,
): Promise<StoreTable> {
  const { schema, name } = relation;
  const dataset = schema === "staged" ? staged.get(name) : undefined;
  if (dataset) {
    const columns = relation.columns.map((column) => {
      const facts = dataset.columns ? dataset.columns.get(column.name) : column.name === "value" && dataset;
      return { ...column, ...(facts ? shareOf(facts, dataset.rows) : uncounted) };
    });
    const bytes = await bytesOf(reader, { schema: dataset.schema, name });
    return { schema, name, rows: dataset.rows, bytes, columns };
  }
  if (schema === "main" && name === "merged") return describeMerged(relation, staged, reader);
  const columns = relation.columns.map((column) => ({ ...column, ...uncounted }));
  const counted = relation.view ? staged.get(name)?.records : undefined;
  if (counted && schema === "records") return { schema, name, rows: counted.used, bytes: null, columns };
  if (counted && schema === "verdicts") {
    const verdicts = Object.values(counted.verdicts ?? {});
    const rows = verdicts.reduce((sum, { leftOut, flagged }) => sum + leftOut + flagged, 0);
    return { schema, name, rows, bytes: null, columns };
  }
  if (schema === "why") return { schema, name, rows: masked ?? cells, bytes: null, columns };
  const bytes = relation.view ? null : await bytesOf(reader, relation);
  return { schema, name, rows: await countOf(reader, relation), bytes, columns };
}

const uncounted = { null_share: null, min: null, max: null } as const;

function shareOf({ values, min, max }: Facts, rows: number): Omit<StoreColumn, "name" | "type"> {
  return { null_share: rows === 0 ? null : (rows - values) / rows, min, max };
}

async function readCells(reader: StoreReader, relations: readonly Relation[]): Promise<number> {
  if (!relations.some(({ schema, name }) => schema === "main" && name === "grid")) return 0;
  const [grid] = await reader.rows<{ cells: number }>(
    "SELECT (width * height)::DOUBLE AS cells FROM main.grid",
  );
  return grid?.cells ?? 0;
}

/** The number of cells that may become rows; undefined if all may. */
async function readMasked(reader: StoreReader, relations: readonly Relation[]): Promise<number | undefined> {
  if (!relations.some(({ schema, name }) => schema === "main" && name === "mask")) return undefined;
  const [mask] = await reader.rows<{ cells: number }>(
    "SELECT coalesce(sum(end_cell - first_cell), 0)::DOUBLE AS cells FROM main.mask",
  );
  return mask?.cells;
}

async function readStaged(
  reader: StoreReader,
  relations: readonly Relation[],
  cells: number,
): Promise<ReadonlyMap<string, Staged>> {
  if (!relations.some(({ schema, name }) => schema === "main" && name === "datasets")) return new Map();
  const rows = await reader.rows<{ name: string; layout: "dense" | "sparse"; facts: string }>(
    "SELECT name, layout, facts FROM main.datasets WHERE complete",
  );
  return new Map(
    rows.map(({ name, layout, facts }) => {
      const { values, min, max, records, columns: several, filled } = JSON.parse(facts) as StagedFacts;
      const columns = several && new Map(several.map((column) => [column.name, column]));
      const rows = layout === "dense" ? cells : values;
      const schema = filled ? "dense" : layout;
      return [name, { name, schema, values, min, max, records, columns, rows }];
    }),
  );
}

async function describeMerged(
  relation: Relation,
  staged: ReadonlyMap<string, Staged>,
  reader: StoreReader,
): Promise<StoreTable> {
  const { schema, name } = relation;
  const known = new Map<string, Facts>(
    [...staged.values()].flatMap((dataset) => [...(dataset.columns ?? [[dataset.name, dataset] as const])]),
  );
  const isDataset = (column: string): boolean => known.has(column);
  const [last] = await reader.rows<{ rows: number; configuration: string }>(`
    SELECT rows::DOUBLE AS rows, configuration FROM main.runs
    WHERE run = (SELECT max(run) FROM main.runs) AND status = 'done'`);
  const counted =
    last && followsFromFacts(JSON.parse(last.configuration) as Config)
      ? { rows: last.rows, facts: known as ReadonlyMap<string, Facts> }
      : await readThrough(reader, relation, isDataset);
  const columns = relation.columns.map((column) => {
    const facts = isDataset(column.name) ? counted.facts.get(column.name) : undefined;
    return { ...column, ...(facts ? shareOf(facts, counted.rows) : uncounted) };
  });
  return { schema, name, rows: counted.rows, bytes: null, columns };
}

function followsFromFacts({ merge, datasets }: Pick<Config, "merge" | "datasets">): boolean {
  return merge.join !== "inner" && Object.values(datasets).every(({ fill }) => fill === undefined);
}

async function readThrough(
  reader: StoreReader,
  relation: Relation,
  isDataset: (column: string) => boolean,
): Promise<{ rows: number; facts: ReadonlyMap<string, Facts> }> {
  const described = relation.columns.filter(({ name }) => isDataset(name));
  const columns = described.map(({ name }) => name);
  const parts = described.map(({ name, type }, index) => {
    const column = quoteIdentifier(name);
    const bound = (which: "min" | "max"): string =>
      type === "VARCHAR" ? "NULL" : `${which}(${column})::DOUBLE`;
    return `, count(${column})::DOUBLE AS n${index}, ${bound("min")} AS min${index}, ${bound("max")} AS max${index}`;
  });
  const [row] = await reader.rows<Record<string, number | null>>(
    `SELECT count(*)::DOUBLE AS rows${parts.join("")} FROM ${nameOf(relation)}`,
  );
  const facts = columns.map((name, index) => {
    const [values, min, max] = [row![`n${index}`] ?? 0, row![`min${index}`]!, row![`max${index}`]!];
    return [name, { values, min, max }] as const;
  });
  return { rows: row!["rows"]!, facts: new Map(facts) };
}

function nameOf({ schema, name }: Pick<Relation, "schema" | "name">): string {
  return qualify({ schema, table: name });
}

async function countOf(reader: StoreReader, relation: Relation): Promise<number> {
  const [row] = await reader.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${nameOf(relation)}`);
  return row!.n;
}

/** The number of blocks of a table, from DuckDB's list of its segments; small tables share blocks. */
async function bytesOf(
  reader: StoreReader,
  relation: Pick<Relation, "schema" | "name">,
): Promise<number | null> {
  // DuckDB's function takes the name as text, in which a quote can't be written.
  if (relation.name.includes('"')) return null;
  const table = `${qualify({ schema: relation.schema, table: relation.name })}`;
  const [row] = await reader.rows<{ bytes: number }>(`
    SELECT (count(DISTINCT block) * any_value(block_size))::DOUBLE AS bytes
    FROM (SELECT unnest(list_append(additional_block_ids, block_id)) AS block
      FROM pragma_storage_info('${table.replaceAll("'", "''")}') WHERE persistent),
      pragma_database_size() WHERE block >= 0`);
  return row?.bytes ?? 0;
}
