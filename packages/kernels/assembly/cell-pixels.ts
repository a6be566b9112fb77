/**
 * Where the pixels of cells are, for kernels that look at each of them: in rows that the cells of a grid row share, or in a box of
 * its own for each cell. Nulls are NaN.
 */

/** A source row: the address of its pixels, and the fraction of them that the grid row covers. */
@unmanaged
export class Row {
  pixels: u32;
  unused: u32;
  weight: f64;
}
export const ROW: usize = 16;

/** Neighbouring pixels of each row that belong to a cell. */
@unmanaged
export class Run {
  /** Bytes from the beginning of the row. */
  begin: u32;
  bytes: u32;
  /** The address of the fractions that the cell covers of the columns, float64. */
  weights: u32;
  unused: u32;
}
export const RUN: usize = 16;

/** A cell in rows: the addresses of its first run, and after its last. */
@unmanaged
export class Cell {
  runs: u32;
  end: u32;
}

/** A cell in a box: the addresses of its first pixel and of its coverage fractions, which are float64, row by row. */
@unmanaged
export class Box {
  pixels: u32;
  shares: u32;
}

/** Bytes of a cell, of either kind. */
export const CELL: usize = 8;

/** The rows under the cells at hand: the addresses of the first {@link Row}, and after the last. */
export let rows: usize = 0;
export let rowsEnd: usize = 0;

/** The boxes at hand, all of one size: rows, bytes of a row, and bytes from one row to the next. */
export let boxRows: i32 = 0;
export let boxBytes: usize = 0;
export let windowBytes: usize = 0;

@inline
export function useRows(first: usize, end: usize): void {
  rows = first;
  rowsEnd = end;
}

@inline
export function useBoxes(height: i32, bytes: usize, stride: usize): void {
  boxRows = height;
  boxBytes = bytes;
  windowBytes = stride;
}

// Cells of 2 x 2 whole pixels, float32, are taken four at a time.

/** Every other float of eight, from the first. */
@inline
export function evens(low: v128, high: v128): v128 {
  return i32x4.shuffle(low, high, 0, 2, 4, 6);
}

/** Every other float of eight, from the second. */
@inline
export function odds(low: v128, high: v128): v128 {
  return i32x4.shuffle(low, high, 1, 3, 5, 7);
}

/** The address of the first pixel of a cell in a row. */
@inline
export function firstPixel(row: usize, cell: usize): usize {
  const run = changetype<Run>(<usize>changetype<Cell>(cell).runs);
  return <usize>changetype<Row>(row).pixels + run.begin;
}
