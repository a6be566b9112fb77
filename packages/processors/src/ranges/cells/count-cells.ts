import type { RowRecords } from "./row-records.js";

/** The number of cells in runs of columns, which are the third and fourth word of records; each cell once. */
export function countCells(records: RowRecords, width: number): number {
  const changes = new Int32Array(width + 1);
  let cells = 0;
  for (const { words, rows } of records.bands()) {
    for (const { from, end } of rows) {
      let [low, high] = [width, 0];
      for (let at = from; at < end; at += records.size) {
        const first = words[at + 2]!;
        const last = words[at + 3]!;
        changes[first]!++;
        changes[last]!--;
        if (first < low) low = first;
        if (last > high) high = last;
      }
      let runs = 0;
      for (let column = low; column < high; column++) if ((runs += changes[column]!) > 0) cells++;
      if (low < high) changes.fill(0, low, high + 1);
    }
  }
  return cells;
}
