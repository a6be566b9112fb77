import type { RasterData, RasterSource } from "@quadrat/core/base";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";

interface MeanRows {
  readonly block: ColumnBlock;
  /** Grid rows, in the order of their source rows. */
  readonly order: readonly number[];
  /** Where a grid row begins in `out`. */
  readonly offsetOf: (gridRow: number) => number;
  readonly out: RasterData;
}

/**
 * Has the source itself make the means of cells that cover whole pixels, as many as each other.
 * @returns false, whatever was written, if cells are not like that or the source can't
 */
export async function sourceMeans(
  source: RasterSource,
  { rows }: AxisPair,
  { block, order, offsetOf, out }: MeanRows,
): Promise<boolean> {
  if (!source.readMeans || !areApart(block)) return false;
  const [first, second] = order as readonly [number, ...number[]];
  const height = wholeRows(rows, order);
  if (height === 0) return false;
  const at = offsetOf(first);
  const stride = second === undefined ? out.length : offsetOf(second) - at;
  for (const { uniform, left, begin, from, count } of block.parts) {
    const window = {
      ...{ col: left + begin[0]!, row: rows.start[rows.first[first]!]! },
      ...{ width: uniform * count, height: height * order.length },
    };
    const into = { data: out, at: at + block.start + from, stride };
    if (!(await source.readMeans(window, { width: uniform, height }, into))) return false;
  }
  return true;
}

/** Whether every part has whole pixels, and no cell pixels of two parts. */
function areApart({ parts }: ColumnBlock): boolean {
  const byCells = [...parts].sort((p, q) => p.from - q.from);
  return byCells.every(
    ({ uniform, from }, p) =>
      uniform > 0 && (p === 0 || byCells[p - 1]!.from + byCells[p - 1]!.count <= from),
  );
}

/** How many whole source rows each grid row has if all rows have as many and follow one another, in both; else 0. */
function wholeRows(rows: AxisSpans, order: readonly number[]): number {
  let next = -1;
  let height = 0;
  const step = order[1]! - order[0]!;
  for (const [i, gridRow] of order.entries()) {
    const run = rows.first[gridRow]!;
    const [start, end, offset] = [rows.start[run]!, rows.end[run]!, rows.offset[run]!];
    if (i === 0) [next, height] = [start, end - start];
    else if (gridRow !== order[i - 1]! + step) return 0;
    if (rows.first[gridRow + 1]! !== run + 1 || start !== next || end - start !== height) return 0;
    for (let k = 0; k < height; k++) if (rows.weights[offset + k] !== 1) return 0;
    next = end;
  }
  return height;
}
