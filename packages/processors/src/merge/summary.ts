import {
  qualify,
  quoteIdentifier,
  type ColumnSummary,
  type ColumnType,
  type StagedColumn,
  type Store,
} from "@quadrat/core";
import { listedCells, partOf, withAbsent } from "@quadrat/core/host";
import { cellsQuery, datasetsOf, factsOf, mergeQuery, type Join, type MergeColumn } from "./merge-query.js";

/**
 * Queries DuckDB for what the staged facts do not include: the number of rows, and a summary of the columns.
 * @param groups the columns of each of the SELECTs
 * @param selects SELECTs of the merged rows with some of the columns each, in order
 */
export async function measureRows(
  store: Store,
  groups: readonly (readonly MergeColumn[])[],
  selects: AsyncIterable<string>,
): Promise<{ rows: number; columns: ColumnSummary[] }> {
  let rows = 0;
  const summaries: ColumnSummary[] = [];
  let part = 0;
  for await (const select of selects) {
    const group = groups[part++]!;
    const facts = group.map(({ dataset }, index) => {
      return sqlFacts(quoteIdentifier(dataset.name), dataset.dataType, index);
    });
    const [row] = await store.rows<Record<string, bigint | number | null>>(
      `SELECT ${["count(*) AS rows", ...facts].join(", ")} FROM (${select})`,
    );
    rows = Number(row!["rows"]);
    for (const [index, { dataset }] of group.entries()) {
      summaries.push({
        name: dataset.name,
        type: dataset.dataType,
        nullShare: rows === 0 ? null : 1 - Number(row![`n${index}`]) / rows,
        min: row![`min${index}`] as number | null,
        max: row![`max${index}`] as number | null,
      });
    }
  }
  return { rows, columns: summaries };
}

/** SQL of a column's number of values, and its bounds; texts have none. */
function sqlFacts(name: string, type: ColumnType, index: number): string {
  const bound = (which: "min" | "max"): string => (type === "text" ? "NULL" : `${which}(${name})::DOUBLE`);
  return `count(${name}) AS n${index}, ${bound("min")} AS min${index}, ${bound("max")} AS max${index}`;
}

/** The same for a table in which datasets have several columns. */
export async function measureListed(
  store: Store,
  columns: readonly MergeColumn[],
  join: Join,
): Promise<{ rows: number; columns: ColumnSummary[] }> {
  const single = columns.filter(({ part }) => part === undefined);
  const query = mergeQuery(withoutParts(columns), join);
  const facts = single.map((column, index) => {
    return sqlFacts(quoteIdentifier(factsOf(column).name), column.dataset.dataType, index);
  });
  const [row] = await store.rows<Record<string, bigint | number | null>>(
    `SELECT ${["count(*) AS rows", ...facts].join(", ")} FROM (${query})`,
  );
  const rows = Number(row!["rows"]);
  const listed = await measureLists(store, columns, join);
  return {
    rows,
    columns: columns.map((column) => {
      if (column.part !== undefined) {
        return summaryOf(column, listed.get(column.dataset.name)!(column.part), rows);
      }
      const index = single.indexOf(column);
      return {
        name: factsOf(column).name,
        type: column.dataset.dataType,
        nullShare: rows === 0 ? null : 1 - Number(row![`n${index}`]) / rows,
        min: row![`min${index}`] as number | null,
        max: row![`max${index}`] as number | null,
      };
    }),
  };
}

/** The number of rows that the join keeps. */
export async function countRows(store: Store, columns: readonly MergeColumn[], join: Join): Promise<number> {
  const [row] = await store.rows<{ rows: bigint }>(
    `SELECT count(*) AS rows FROM (${cellsQuery(columns, join)})`,
  );
  return Number(row!.rows);
}

/** One column of each dataset is enough to find the rows. */
export function withoutParts(columns: readonly MergeColumn[]): MergeColumn[] {
  return columns.filter(({ part }) => part === undefined || part === 0);
}

type Kept = Pick<StagedColumn, "values" | "min" | "max">;

/** What the columns of datasets with lists have in the rows that the join keeps, by dataset and position. */
async function measureLists(
  store: Store,
  columns: readonly MergeColumn[],
  join: Join,
): Promise<ReadonlyMap<string, (position: number) => Kept>> {
  const found = new Map<string, (position: number) => Kept>();
  for (const dataset of datasetsOf(columns)) {
    if (!dataset.columns) continue;
    const rows = await store.rows<{ part: number | null } & Kept>(`
      WITH kept AS (
        SELECT parts, vals FROM ${listsOf(dataset)}
        SEMI JOIN (${cellsQuery(columns, join)}) USING (cell)
      )
      SELECT part, count(*)::DOUBLE AS "values", min(value)::DOUBLE AS min, max(value)::DOUBLE AS max
      FROM (SELECT unnest(parts) AS part, unnest(vals) AS value FROM kept) GROUP BY part
      UNION ALL SELECT NULL, count(parts)::DOUBLE, NULL, NULL FROM kept`);
    const byPart = new Map(rows.map(({ part, values, min, max }) => [part, { values, min, max }]));
    const lists = byPart.get(null)!.values;
    found.set(dataset.name, (position) => {
      const kept = byPart.get(partOf(dataset, position)) ?? { values: 0, min: null, max: null };
      return withAbsent(kept, lists, dataset.absent);
    });
  }
  return found;
}

/** A dataset's lists with their cells, as they were staged: a sparse one has been made dense from them. */
function listsOf({ name, lists }: MergeColumn["dataset"]): string {
  if (lists) return listedCells(name);
  return qualify({ schema: "sparse", table: name });
}

/** The summary of a column over this many rows, from what was counted while it was staged. */
export function summarise(column: MergeColumn, rows: number): ColumnSummary {
  return summaryOf(column, factsOf(column), rows);
}

function summaryOf(column: MergeColumn, { values, min, max }: Kept, rows: number): ColumnSummary {
  const { dataset, fill } = column;
  const nulls = rows - values;
  const filled = fill !== undefined && nulls > 0;
  const bounds = [min, max, ...(filled ? [fill] : [])].filter((value) => value !== null);
  return {
    name: factsOf(column).name,
    type: dataset.dataType,
    nullShare: rows === 0 ? null : fill === undefined ? nulls / rows : 0,
    min: bounds.length > 0 ? Math.min(...bounds) : null,
    max: bounds.length > 0 ? Math.max(...bounds) : null,
  };
}
