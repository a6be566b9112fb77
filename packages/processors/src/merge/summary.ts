import { quoteIdentifier, type ColumnSummary, type Store } from "@quadrat/core";
import { inGroups } from "@quadrat/core/host";
import type { MergeColumn } from "./merge-query.js";

/**
 * Queries DuckDB for what the staged facts do not include: the number of rows, and a summary of the columns.
 * @param selects SELECTs of the merged rows with some of the columns each, in order
 */
export async function measureRows(
  store: Store,
  columns: readonly MergeColumn[],
  selects: readonly string[],
): Promise<{ rows: number; columns: ColumnSummary[] }> {
  const groups = selects.length > 1 ? inGroups(columns) : [columns];
  let rows = 0;
  const summaries: ColumnSummary[] = [];
  for (const [part, select] of selects.entries()) {
    const group = groups[part]!;
    const facts = group.map(({ dataset }, index) => {
      const name = quoteIdentifier(dataset.name);
      return `count(${name}) AS n${index}, min(${name})::DOUBLE AS min${index}, max(${name})::DOUBLE AS max${index}`;
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
