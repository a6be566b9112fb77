/** The minimum or maximum of the pixels that each cell touches: first down the columns of pixels, then along each cell. */
import { Cell, CELL, evens, firstPixel, odds, Row, ROW, rows, rowsEnd, Run, RUN, useRows } from "./cell-pixels";

/** Whether a value replaces the one so far; a null never does, and is always replaced. */
@inline
function replaces<T>(least: bool, value: T, before: T): bool {
  return bool(i32(least ? value < before : value > before) | i32(before != before));
}

@inline
function better<T>(least: bool, value: v128, before: v128): v128 {
  const beyond = least ? v128.lt<T>(value, before) : v128.gt<T>(value, before);
  return v128.bitselect(value, before, v128.or(beyond, v128.ne<T>(before, before)));
}

/** The extremes of the columns of pixels, into as many bytes from `column` on; a multiple of a vector's. */
@inline
function down<T>(least: bool, column: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    let best = v128.load(<usize>changetype<Row>(rows).pixels + at);
    for (let row = rows + ROW; row < rowsEnd; row += ROW) {
      best = better<T>(least, v128.load(<usize>changetype<Row>(row).pixels + at), best);
    }
    v128.store(column + at, best);
  }
}

/** The sign of a zero is that of the cell's first zero, row by row. */
function zeroOf<T>(cell: Cell): T {
  for (let row = rows; row < rowsEnd; row += ROW) {
    for (let at: usize = cell.runs; at < <usize>cell.end; at += RUN) {
      const run = changetype<Run>(at);
      let pixel: usize = <usize>changetype<Row>(row).pixels + run.begin;
      for (const end = pixel + run.bytes; pixel < end; pixel += sizeof<T>()) {
        if (load<T>(pixel) == <T>0) return load<T>(pixel);
      }
    }
  }
  return <T>0;
}

@inline
function extremes<T>(least: bool, cells: usize, end: usize, column: usize, to: usize): void {
  for (let at = cells; at < end; at += CELL, to += sizeof<T>()) {
    const cell = changetype<Cell>(at);
    let best = <T>NaN;
    for (let r: usize = cell.runs; r < <usize>cell.end; r += RUN) {
      const run = changetype<Run>(r);
      let pixel = column + run.begin;
      for (const last = pixel + run.bytes; pixel < last; pixel += sizeof<T>()) {
        const value = load<T>(pixel);
        best = select<T>(value, best, replaces<T>(least, value, best));
      }
    }
    store<T>(to, best == <T>0 ? zeroOf<T>(cell) : best);
  }
}

/** The extremes of the cells in `[cells, end)` in rows `[first, last)`; `column` has room for a row of `bytes`. */
export function minimum32(
  first: usize, last: usize, cells: usize, end: usize, to: usize, column: usize, bytes: usize,
): void {
  useRows(first, last);
  down<f32>(true, column, bytes);
  extremes<f32>(true, cells, end, column, to);
}
export function maximum32(
  first: usize, last: usize, cells: usize, end: usize, to: usize, column: usize, bytes: usize,
): void {
  useRows(first, last);
  down<f32>(false, column, bytes);
  extremes<f32>(false, cells, end, column, to);
}
export function minimum64(
  first: usize, last: usize, cells: usize, end: usize, to: usize, column: usize, bytes: usize,
): void {
  useRows(first, last);
  down<f64>(true, column, bytes);
  extremes<f64>(true, cells, end, column, to);
}
export function maximum64(
  first: usize, last: usize, cells: usize, end: usize, to: usize, column: usize, bytes: usize,
): void {
  useRows(first, last);
  down<f64>(false, column, bytes);
  extremes<f64>(false, cells, end, column, to);
}

/** The better of each two neighbours of eight. */
@inline
function bestOfTwo(least: bool, low: v128, high: v128): v128 {
  return better<f32>(least, odds(low, high), evens(low, high));
}

/** The same for neighbouring cells of 2 x 2 whole pixels, four at a time: `to` has room for so many. */
@inline
function extremesOfPairs(least: bool, first: usize, cells: usize, end: usize, to: usize): void {
  let upper = firstPixel(first, cells);
  let lower = firstPixel(first + ROW, cells);
  for (; cells < end; cells += 4 * CELL, to += 16, upper += 32, lower += 32) {
    const above = bestOfTwo(least, v128.load(upper), v128.load(upper, 16));
    const below = bestOfTwo(least, v128.load(lower), v128.load(lower, 16));
    v128.store(to, better<f32>(least, below, above));
  }
}
export function minimumOfPairs(first: usize, _last: usize, cells: usize, end: usize, to: usize): void {
  extremesOfPairs(true, first, cells, end, to);
}
export function maximumOfPairs(first: usize, _last: usize, cells: usize, end: usize, to: usize): void {
  extremesOfPairs(false, first, cells, end, to);
}
