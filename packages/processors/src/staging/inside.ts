import type { Mask, RasterData } from "@quadrat/core/base";
import type { ColumnRange } from "./column-shares.js";

/** Some columns of rows of the grid, and which of their cells are in the mask. */
export interface InsidePart {
  readonly columns: ColumnRange;
  /** For each run of cells its row and its columns `[from, to)`, all counted from the first of the part. */
  readonly inside: Int32Array;
}

/** Columns of parts are multiples of this: so that parts of neighbouring bands are mostly the same. */
const unit = 256;

/** Columns without a cell of the mask between two parts. */
const leastGap = 512;

/** The parts of rows `[rowStart, rowEnd)` that have cells in the mask. */
export function partsInside(mask: Mask, rowStart: number, rowEnd: number): InsidePart[] {
  const wanted = new Uint8Array(Math.ceil(mask.width / unit));
  mask.each(rowStart, rowEnd, (_, from, to) =>
    wanted.fill(1, Math.floor(from / unit), Math.floor((to - 1) / unit) + 1),
  );
  return columnRanges(wanted, mask.width).map((columns) => {
    const [left, right] = columns;
    const runs: number[] = [];
    for (let row = rowStart; row < rowEnd; row++)
      mask.within(row, left, right, (_, from, to) => runs.push(row - rowStart, from - left, to - left));
    return { columns, inside: Int32Array.from(runs) };
  });
}

function columnRanges(wanted: Uint8Array, width: number): ColumnRange[] {
  const ranges: [left: number, right: number][] = [];
  for (const [index, isWanted] of wanted.entries()) {
    if (!isWanted) continue;
    const [left, right] = [index * unit, Math.min(width, (index + 1) * unit)];
    const last = ranges.at(-1);
    if (last && left - last[1] < leastGap) last[1] = right;
    else ranges.push([left, right]);
  }
  return ranges;
}

/** The runs of the cells in rows `[rowStart, rowEnd)` that are in the mask, as {@link InsidePart} has them. */
export function runsInside(mask: Mask, rowStart: number, rowEnd: number): Int32Array {
  const runs: number[] = [];
  mask.each(rowStart, rowEnd, (row, from, to) => runs.push(row - rowStart, from, to));
  return Int32Array.from(runs);
}

/** What takes the values away from the cells of whole rows that are not in the mask; undefined without one. */
export function hideOutside(
  width: number,
  inside: Int32Array | undefined,
): ((cells: Float64Array) => void) | undefined {
  return inside && ((cells) => keepInside(cells, width, inside));
}

/** Takes the values away from all cells but those of the given runs. */
export function keepInside(data: RasterData, width: number, inside: Int32Array): void {
  let done = 0;
  for (let run = 0; run < inside.length; run += 3) {
    const start = inside[run]! * width;
    data.fill(NaN, done, start + inside[run + 1]!);
    done = start + inside[run + 2]!;
  }
  data.fill(NaN, done);
}
