import type { RasterArray, RasterData, RasterSource } from "@quadrat/core/base";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import { columnBlocks, type ColumnBlock } from "./columns.js";
import { lastRowsKeeper, takeLastRows } from "./last-rows.js";
import { sourceMeans } from "./source-means.js";
import { readStrips, stripWidth, type Strip, type StripOptions } from "../windows/strips.js";

/** Turns source rows into rows of cells. */
export interface RowFinisher {
  /** The pixels that are read: no cell needs any others. */
  readonly axes: AxisPair;
  /** What computes a block's cells: one maker, or several that share them out, for grid rows of at most `capacity` source rows. */
  cells(block: ColumnBlock, capacity: number): readonly CellMaker[];
  /**
   * Computes the same values directly from a block's pixels, if it can, for grid rows whose source rows are all
   * available.
   */
  direct?(block: ColumnBlock): DirectWriter | undefined;
  /** Whether values are means of the pixels, weighted by area. */
  readonly means?: boolean;
}

/** Computes some of a block's cells, row by row. */
export interface CellMaker {
  /** Grid columns. */
  readonly start: number;
  readonly end: number;
  /** Takes a source row from the windows that were read for the block's parts. */
  reduce(sourceRow: number, windows: readonly RasterArray[]): void;
  /** Writes the cells of a grid row whose source rows are the latest. */
  write(gridRow: number, out: RasterData, offset: number): void;
  /** Releases the memory for another band. */
  release(): void;
}

export interface DirectWriter {
  /** Whether it can write this row. */
  fits(gridRow: number): boolean;
  write(gridRow: number, strip: Strip, out: RasterData, offset: number): void;
}

/**
 * Resamples grid rows `[rowStart, rowEnd)` if columns and rows are independent: every source row is read and
 * reduced once, and a grid row is written as soon as the last of its source rows is available. Cells without pixels
 * are left unchanged in `out`.
 */
export async function resampleSeparable(
  source: RasterSource,
  finisher: RowFinisher,
  rowStart: number,
  rowEnd: number,
  pixels: number,
  out: RasterData,
): Promise<void> {
  const { columns, rows } = finisher.axes;
  const order = rowsInSourceOrder(rows, rowStart, rowEnd);
  if (order.length === 0) return;
  const top = rows.start[rows.first[order[0]!]!]!;
  const bottom = rows.end[rows.first[order.at(-1)!]!]!;
  const blocks = columnBlocks(columns, stripWidth(source, bottom - top, pixels));
  const after = blocks.length === 1 ? firstSourceRow(rows, rowEnd) : bottom;
  const offsetOf = (gridRow: number) => (gridRow - rowStart) * columns.count;
  for (const block of blocks) {
    if (finisher.means && (await sourceMeans(source, finisher.axes, { block, order, offsetOf, out })))
      continue;
    const cells = cellMaker(finisher, block, longestSpan(rows, order));
    const direct = finisher.direct?.(block);
    const keeper = after < top ? undefined : lastRowsKeeper(source, block, after, bottom);
    const once = keeper
      ? () => true
      : blocks.length === 1
        ? apartFrom(rows, rowStart - 1, rowEnd)
        : () => false;
    const take = stripTaker({ rows, order, block, cells, direct }, offsetOf, out);
    const keep = (from: number, to: number) => (once(from, to) ? "partial" : "all");
    for await (const strip of strips(source, block, top, bottom, { pixels, keep })) {
      keeper?.add(strip);
      take(strip);
    }
    cells.release();
    keeper?.done();
  }
}

interface CellRows {
  readonly rows: AxisSpans;
  readonly order: readonly number[];
  readonly block: ColumnBlock;
  readonly cells: ReturnType<typeof cellMaker>;
  readonly direct: DirectWriter | undefined;
}

/**
 * Computes the grid rows that are due from one strip at a time. It is synchronous, so that it is compiled on its own and
 * only once, unlike asynchronous functions.
 * @param offsetOf where a grid row begins in `out`
 */
function stripTaker(
  { rows, order, block, cells, direct }: CellRows,
  offsetOf: (gridRow: number) => number,
  out: RasterData,
): (strip: Strip) => void {
  let next = 0;
  return (strip) => {
    for (let row = strip.top; row < strip.bottom;) {
      const gridRow = order[next];
      if (direct && gridRow !== undefined && isWhole(rows, order, next, row, strip) && direct.fits(gridRow)) {
        direct.write(gridRow, strip, out, offsetOf(gridRow) + block.start);
        row = rows.end[rows.first[gridRow]!]!;
        next++;
        continue;
      }
      cells.reduce(row, strip.windows);
      row++;
      while (next < order.length && rows.end[rows.first[order[next]!]!]! <= row) {
        const gridRow = order[next++]!;
        cells.write(gridRow, out, offsetOf(gridRow));
      }
    }
  };
}

/** The strips of `readStrips`, after the rows that the previous band has left. */
async function* strips(
  source: RasterSource,
  block: ColumnBlock,
  top: number,
  bottom: number,
  options: StripOptions,
): AsyncGenerator<Strip> {
  const left = takeLastRows(source, block, top, bottom);
  if (left) yield left;
  yield* readStrips(source, block, left?.bottom ?? top, bottom, options);
}

/** Where the source rows of a grid row begin; Infinity if it has none. */
function firstSourceRow(rows: AxisSpans, row: number): number {
  const run = rows.first[row];
  return run !== undefined && row < rows.count && rows.first[row + 1]! > run ? rows.start[run]! : Infinity;
}

/** Whether the grid row that is due begins at source row `row`, ends in the strip, and shares no source row with the next. */
function isWhole(rows: AxisSpans, order: readonly number[], due: number, row: number, strip: Strip): boolean {
  const run = rows.first[order[due]!]!;
  if (rows.start[run] !== row || rows.end[run]! > strip.bottom) return false;
  return due + 1 === order.length || rows.start[rows.first[order[due + 1]!]!]! >= rows.end[run]!;
}

/** The writers of a block's cells, row by row, set up on first use. */
function cellMaker(finisher: RowFinisher, block: ColumnBlock, capacity: number) {
  let makers: readonly CellMaker[] | undefined;
  return {
    reduce(sourceRow: number, windows: readonly RasterArray[]) {
      makers ??= finisher.cells(block, capacity);
      for (const maker of makers) maker.reduce(sourceRow, windows);
    },
    write(gridRow: number, out: RasterData, offset: number) {
      for (const maker of makers!) maker.write(gridRow, out, offset + maker.start);
    },
    release() {
      for (const maker of makers ?? []) maker.release();
    },
  };
}

/** Whether source rows `[top, bottom)` are not needed by the grid rows before and after a band. */
function apartFrom(rows: AxisSpans, before: number, after: number): (top: number, bottom: number) => boolean {
  const neighbours = [before, after].filter((row) => row >= 0 && row < rows.count);
  const runs = neighbours.flatMap((row) =>
    rows.first[row + 1]! > rows.first[row]! ? [rows.first[row]!] : [],
  );
  return (top, bottom) => runs.every((run) => rows.end[run]! <= top || rows.start[run]! >= bottom);
}

/** The grid rows that have source rows, in the order of these. */
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
