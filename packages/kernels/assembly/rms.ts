/** The root of the mean square of the valid pixels under each cell, weighted by area; float64, and NaN if none is valid. */
import { Cell, CELL, evens, firstPixel, odds, Row, ROW, rows, rowsEnd, Run, RUN, useRows } from "./cell-pixels";

@inline
function rootMeanSquare<T>(cell: Cell): f64 {
  let total: f64 = 0;
  let weight: f64 = 0;
  for (let at = rows; at < rowsEnd; at += ROW) {
    const row = changetype<Row>(at);
    let across: f64 = 0;
    let weightAcross: f64 = 0;
    for (let r: usize = cell.runs; r < <usize>cell.end; r += RUN) {
      const run = changetype<Run>(r);
      let ofRun: f64 = 0;
      let weightOfRun: f64 = 0;
      let fraction: usize = run.weights;
      let pixel: usize = <usize>row.pixels + run.begin;
      for (const end = pixel + run.bytes; pixel < end; pixel += sizeof<T>(), fraction += 8) {
        const value = <f64>load<T>(pixel);
        const share = load<f64>(fraction);
        const valid = value == value;
        ofRun += select<f64>(share * value * value, 0, valid);
        weightOfRun += select<f64>(share, 0, valid);
      }
      across += ofRun;
      weightAcross += weightOfRun;
    }
    total += row.weight * across;
    weight += row.weight * weightAcross;
  }
  return weight > 0 ? sqrt(total / weight) : NaN;
}

@inline
function roots<T>(cells: usize, end: usize, to: usize): void {
  for (; cells < end; cells += CELL, to += 8) store<f64>(to, rootMeanSquare<T>(changetype<Cell>(cells)));
}

/** Those of the cells in `[cells, end)` in rows `[first, last)`. */
export function rms32(first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  roots<f32>(cells, end, to);
}
export function rms64(first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  roots<f64>(cells, end, to);
}

/** The squares of the valid ones of two pixels, which are the first or last two of four, and 0. */
@inline
function squares(two: v128): v128 {
  const value = f64x2.promote_low_f32x4(two);
  return v128.and(f64x2.mul(value, value), f64x2.eq(value, value));
}

/** The sums of the squares of two cells, divided by their number, and the roots of that: 0 / 0 is NaN. */
@inline
function rootsOfTwo(a: v128, b: v128, c: v128, d: v128, count: v128): v128 {
  const upper = f64x2.add(squares(a), squares(b));
  const sum = f64x2.add(upper, f64x2.add(squares(c), squares(d)));
  return f64x2.sqrt(f64x2.div(sum, f64x2.convert_low_i32x4_s(count)));
}

@inline
function lastTwo(x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 1);
}

/** The same as `rms32` for neighbouring cells of 2 x 2 whole pixels, four at a time: `to` has room for so many. */
export function rmsOfPairs(first: usize, _last: usize, cells: usize, end: usize, to: usize): void {
  let upper = firstPixel(first, cells);
  let lower = firstPixel(first + ROW, cells);
  for (; cells < end; cells += 4 * CELL, to += 32, upper += 32, lower += 32) {
    const a = evens(v128.load(upper), v128.load(upper, 16));
    const b = odds(v128.load(upper), v128.load(upper, 16));
    const c = evens(v128.load(lower), v128.load(lower, 16));
    const d = odds(v128.load(lower), v128.load(lower, 16));
    // True is -1.
    const valid = i32x4.add(i32x4.add(f32x4.eq(a, a), f32x4.eq(b, b)), i32x4.add(f32x4.eq(c, c), f32x4.eq(d, d)));
    const count = i32x4.neg(valid);
    v128.store(to, rootsOfTwo(a, b, c, d, count));
    v128.store(to, rootsOfTwo(lastTwo(a), lastTwo(b), lastTwo(c), lastTwo(d), lastTwo(count)), 16);
  }
}
