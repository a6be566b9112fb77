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

/** Dense tables of fewer cells are written as soon in one piece. */
const halvedCells = 2 ** 20;

/**
 * Whether it is worth while to read two halves of the columns of dense tables at the same time, each in a thread of its own: one
 * statement scans them all in one thread.
 */
export function isHalved(columns: number, cells: number, threads: number): boolean {
  return threads > 1 && columns > 1 && cells >= halvedCells && !isGrouped(columns);
}

const MiB = 2 ** 20;

/**
 * What is read at a time of a table whose columns are read in groups: every time costs queries for all columns, which takes
 * half a millisecond per column, as much as reading tens of thousands of values. So there is room for some 16,000 cells, in
 * at least 32 MiB and at most a sixteenth of the memory: rows, text and garbage need as much again three times.
 */
const room = { cells: 16_384, leastBytes: 32 * MiB, share: 1 / 16 };

/** The maximum bytes that are read at a time of a table whose columns, read in groups, take so many bytes per cell. */
export function roundBytes(cellBytes: number, limitBytes: number): number {
  return Math.max(room.leastBytes, Math.min(room.cells * cellBytes, room.share * limitBytes));
}
