import { quoteIdentifier, type ColumnSummary, type Config, type Store } from "@quadrat/core";
import { mergeQuery, type MergeColumn } from "./merge-query.js";

/** Queries DuckDB for what the staged facts do not include: the number of rows, and a summary of the columns. */
export async function measureRows(
  store: Store,
  columns: readonly MergeColumn[],
  join: Config["merge"]["join"],
): Promise<{ rows: number; columns: ColumnSummary[] }> {
  const query = mergeQuery(columns, join);
  const facts = columns.map(({ dataset }, index) => {
    const name = quoteIdentifier(dataset.name);
    return `count(${name}) AS n${index}, min(${name})::DOUBLE AS min${index}, max(${name})::DOUBLE AS max${index}`;
  });
  const [row] = await store.rows<Record<string, bigint | number | null>>(
    `SELECT ${["count(*) AS rows", ...facts].join(", ")} FROM (${query})`,
  );
  const rows = Number(row!["rows"]);
  return {
    rows,
    columns: columns.map(({ dataset }, index) => ({
      name: dataset.name,
      type: dataset.dataType,
      nullShare: rows === 0 ? null : 1 - Number(row![`n${index}`]) / rows,
      min: row![`min${index}`] as number | null,
      max: row![`max${index}`] as number | null,
    })),
  };
}

/** The summary of a column over this many rows, from what was counted while it was staged. */
export function summarise({ dataset, fill }: MergeColumn, rows: number): ColumnSummary {
  const nulls = rows - dataset.values;
  const filled = fill !== undefined && nulls > 0;
  const bounds = [dataset.min, dataset.max, ...(filled ? [fill] : [])].filter((value) => value !== null);
  return {
    name: dataset.name,
    type: dataset.dataType,
    nullShare: rows === 0 ? null : fill === undefined ? nulls / rows : 0,
    min: bounds.length > 0 ? Math.min(...bounds) : null,
    max: bounds.length > 0 ? Math.max(...bounds) : null,
  };
}
