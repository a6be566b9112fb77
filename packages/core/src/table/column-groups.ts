/** Columns of a wide table that one query reads side by side. */
const groupedColumns = 8;

/** The maximum number of dense tables that one query joins. */
const mostJoined = 32;

/** Whether so many dense tables are joined group by group, because each that is scanned takes memory of its own. */
export function isGrouped(columns: number): boolean {
  return columns > mostJoined;
}

/**
 * The number of dense tables that DuckDB scans at the same time to join this many: all of them, or those of two groups, of
 * which one is read while the query of the next is being planned.
 */
export function scannedAtOnce(columns: number): number {
  return isGrouped(columns) ? 2 * groupedColumns : columns;
}

/** Columns in groups that are read one after another, in order. */
export function inGroups<Column>(columns: readonly Column[]): Column[][] {
  const count = Math.ceil(columns.length / groupedColumns);
  return Array.from({ length: count }, (_, group) =>
    columns.slice(group * groupedColumns, (group + 1) * groupedColumns),
  );
}
