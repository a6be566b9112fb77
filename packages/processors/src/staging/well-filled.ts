/** The part of the grid's cells that have to have values for a join by position to take less than one by cells. */
const leastShare = 0.3;

/** Cells below which it makes no difference. */
const leastCells = 1_000_000;

/** Whether a dataset has so many values that a table with a row for every cell is the better one. */
export function isWellFilled(values: number, cells: number): boolean {
  return cells > leastCells && values >= leastShare * cells;
}
