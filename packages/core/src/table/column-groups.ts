/** Columns of a wide table that one query reads side by side. */
export const groupedColumns = 16;

/**
 * The maximum number of dense tables that DuckDB scans at the same time. A wider table is read group by group: of one group
 * the rows are fetched while the query of the next is being planned.
 */
export const mostScanned = 2 * groupedColumns;

/** The number of dense tables that DuckDB scans at the same time to join this many. */
export function scannedAtOnce(columns: number): number {
  return Math.min(columns, mostScanned);
}

/** Whether so many dense tables are joined group by group. */
export function isGrouped(columns: number): boolean {
  return columns > mostScanned;
}

/** Columns in groups that are read one after another, in order. */
export function inGroups<Column>(columns: readonly Column[]): Column[][] {
  const count = Math.ceil(columns.length / groupedColumns);
  return Array.from({ length: count }, (_, group) =>
    columns.slice(group * groupedColumns, (group + 1) * groupedColumns),
  );
}
