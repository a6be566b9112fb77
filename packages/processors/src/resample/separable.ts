import type { RasterData, RasterSource } from "@quadrat/core/base";
import type { AxisSpans } from "./axis-spans.js";
import { columnBlocks, withSpans, type ColumnBlock } from "./columns.js";
import { rowRing, type Reduction, type RowRing } from "./row-ring.js";
import { readStrips, stripWidth } from "./strips.js";

/** Pixels and weights of a method along one pair of axes. */
export interface AxisPair {
  readonly columns: AxisSpans;
  readonly rows: AxisSpans;
}

/** Rings of reduced rows become one row of cells. */
export interface RowFinisher {
  /** What the source's rows are reduced to; the first stage reaches at least as far as any other. */
  readonly stages: readonly { readonly axes: AxisPair; readonly reduction: Reduction }[];
  /** Prepares the writing of cells, whose reduced rows `rings` will hold, for one block of columns. */
  start(
    rings: readonly RowRing[],
    block: ColumnBlock,
  ): (gridRow: number, out: RasterData, offset: number) => void;
}

/**
 * Resamples grid rows `[rowStart, rowEnd)` where columns and rows are independent: every source row is read and
 * reduced once, and a grid row is written as soon as the last of its source rows has come. Cells without pixels are
 * left as they are in `out`.
 */
export async function resampleSeparable(
  source: RasterSource,
  finisher: RowFinisher,
  rowStart: number,
  rowEnd: number,
  pixels: number,
  out: RasterData,
): Promise<void> {
  const [stage] = finisher.stages;
  if (!stage) return;
  const { columns, rows } = stage.axes;
  const order = rowsInSourceOrder(rows, rowStart, rowEnd);
  if (order.length === 0) return;
  const top = rows.start[rows.first[order[0]!]!]!;
  const bottom = rows.end[rows.first[order.at(-1)!]!]!;
  const capacity = longestSpan(rows, order);
  for (const block of columnBlocks(columns, stripWidth(source, bottom - top, pixels))) {
    const rings = finisher.stages.map(({ axes, reduction }) =>
      rowRing(axes.columns, withSpans(axes.columns, block), reduction, capacity),
    );
    const write = finisher.start(rings, block);
    let next = 0;
    for await (const strip of readStrips(source, block, top, bottom, pixels)) {
      for (let row = strip.top; row < strip.bottom; row++) {
        for (const ring of rings) ring.reduce(row, strip.windows);
        while (next < order.length && rows.end[rows.first[order[next]!]!]! <= row + 1) {
          const gridRow = order[next++]!;
          write(gridRow, out, (gridRow - rowStart) * columns.count + block.start);
        }
      }
    }
  }
}

/** The grid rows that have source rows, in the order of those. */
function rowsInSourceOrder(rows: AxisSpans, rowStart: number, rowEnd: number): number[] {
  const order: number[] = [];
  for (let row = rowStart; row < rowEnd; row++) if (rows.first[row + 1]! > rows.first[row]!) order.push(row);
  const position = (row: number) => rows.start[rows.first[row]!]! + rows.end[rows.first[row]!]!;
  const [first, last] = [order[0], order.at(-1)];
  return first !== undefined && last !== undefined && position(first) > position(last)
    ? order.reverse()
    : order;
}

function longestSpan(rows: AxisSpans, order: readonly number[]): number {
  let longest = 1;
  for (const row of order)
    longest = Math.max(longest, rows.end[rows.first[row]!]! - rows.start[rows.first[row]!]!);
  return longest;
}
