/**
 * The value of rank ceil(share * n) of the n valid pixels that each cell touches, unweighted: for the median the lower of the two
 * middle values. Several cells are sorted side by side, a lane for each.
 */
import { Box, boxBytes, boxRows, Cell, CELL, evens, firstPixel, odds, Row, ROW, rows, rowsEnd, Run, RUN } from "./cell-pixels";
import { useBoxes, useRows, windowBytes } from "./cell-pixels";

/** The maximum number of pixels of a cell. */
const MOST_PIXELS: i32 = 4096;
/** Zeros of either sign are equal: up to so many pixels they keep their order, beyond the negative ones come first. */
const STABLE: i32 = 32;

/** The values of all lanes, side by side. */
const sorting: usize = memory.data(16 * MOST_PIXELS + 16, 64);
/** The values of a single cell. */
const single: usize = memory.data(16 * STABLE + 16, 64);
/** The number of values in each lane. */
const counts: usize = memory.data(16, 16);

/** Bytes from one value of a lane to the next. */
const APART: usize = 16;

@inline
function isNegativeZero<T>(value: T): i32 {
  if (sizeof<T>() == 4) return i32(reinterpret<i32>(<f32>value) == i32.MIN_VALUE);
  return i32(reinterpret<i64>(<f64>value) == i64.MIN_VALUE);
}

let negativeZeros: i32 = 0;

/** Collects the valid pixels of a cell, {@link APART}, and returns their number. */
@inline
function gather<T>(boxed: bool, cell: usize, lane: usize): i32 {
  return boxed ? gatherBox<T>(changetype<Box>(cell), lane) : gatherRows<T>(changetype<Cell>(cell), lane);
}

@inline
function gatherRows<T>(cell: Cell, lane: usize): i32 {
  let to = lane;
  let zeros = 0;
  for (let at: usize = cell.runs; at < <usize>cell.end; at += RUN) {
    const run = changetype<Run>(at);
    for (let row = rows; row < rowsEnd; row += ROW) {
      let pixel: usize = <usize>changetype<Row>(row).pixels + run.begin;
      for (const end = pixel + run.bytes; pixel < end; pixel += sizeof<T>()) {
        const value = load<T>(pixel);
        // A null is overwritten by the next value: faster than a branch.
        store<T>(to, value);
        to += <usize>i32(value == value) << 4;
        zeros |= isNegativeZero<T>(value);
      }
    }
  }
  negativeZeros |= zeros;
  return <i32>((to - lane) >> 4);
}

@inline
function gatherBox<T>(box: Box, lane: usize): i32 {
  let to = lane;
  let zeros = 0;
  let share: usize = box.shares;
  let left: usize = box.pixels;
  for (let row = 0; row < boxRows; row++, left += windowBytes) {
    for (let pixel = left, end = left + boxBytes; pixel < end; pixel += sizeof<T>(), share += 8) {
      const value = load<T>(pixel);
      store<T>(to, value);
      to += <usize>(i32(value == value) & i32(load<f64>(share) != 0)) << 4;
      zeros |= isNegativeZero<T>(value);
    }
  }
  negativeZeros |= zeros;
  return <i32>((to - lane) >> 4);
}

/** Fills the shorter lanes up with what is sorted last. */
@inline
function pad<T>(lanes: i32, most: i32): void {
  for (let lane = 0; lane < lanes; lane++) {
    for (let k = load<i32>(counts + (<usize>lane << 2)); k < most; k++) {
      store<T>(sorting + <usize>k * APART + <usize>lane * sizeof<T>(), <T>Infinity);
    }
  }
}

/** Batcher's odd-even merge sort (Knuth, The Art of Computer Programming 3, 5.2.2 M): the same exchanges whatever the values. */
@inline
function sort<T>(count: i32): void {
  let top = 1;
  while (2 * top < count) top *= 2;
  for (let p = top; p > 0; p >>= 1) {
    let q = top;
    let r = 0;
    let d = p;
    for (;;) {
      // All i below count - d whose bit p is that of r.
      for (let block = r; block < count - d; block += 2 * p) {
        const end = sorting + <usize>min(block + p, count - d) * APART;
        for (let low = sorting + <usize>block * APART; low < end; low += APART) {
          const high = low + <usize>d * APART;
          const a = v128.load(low);
          const b = v128.load(high);
          v128.store(low, v128.pmin<T>(a, b));
          v128.store(high, v128.pmax<T>(b, a));
        }
      }
      if (q == p) break;
      d = q - p;
      q >>= 1;
      r = p;
    }
  }
}

/** The zero at position `place` of the sorted values of a cell, with its sign. */
function zeroOf<T>(boxed: bool, cell: usize, lane: usize, count: i32, place: i32): T {
  if (count > STABLE) {
    let least = 0;
    let negative = 0;
    for (let k = 0; k < count; k++) {
      const value = load<T>(lane + <usize>k * APART);
      least += i32(value < <T>0);
      negative += isNegativeZero<T>(value);
    }
    return place < least + negative ? <T>-0.0 : <T>0;
  }
  gather<T>(boxed, cell, single);
  let before = place;
  for (let k = 0; k < count; k++) before -= i32(load<T>(single + <usize>k * APART) < <T>0);
  let at = single;
  for (;; at += APART) {
    if (load<T>(at) == <T>0 && before-- == 0) break;
  }
  return load<T>(at);
}

@inline
function quantiles<T>(boxed: bool, share: f64, cells: usize, end: usize, to: usize): void {
  const lanes = 16 / <i32>sizeof<T>();
  for (let first = cells; first < end; first += <usize>lanes * CELL) {
    const valid = min(lanes, <i32>((end - first) / CELL));
    let most = 0;
    negativeZeros = 0;
    for (let lane = 0; lane < lanes; lane++) {
      // Of a last group that is not full the last cell is sorted again.
      const cell = first + <usize>min(lane, valid - 1) * CELL;
      const count = gather<T>(boxed, cell, sorting + <usize>lane * sizeof<T>());
      store<i32>(counts + (<usize>lane << 2), count);
      most = max(most, count);
    }
    pad<T>(lanes, most);
    sort<T>(most);
    const mixed = negativeZeros;
    for (let lane = 0; lane < valid; lane++, to += sizeof<T>()) {
      const count = load<i32>(counts + (<usize>lane << 2));
      const place = max(1, <i32>ceil(share * count)) - 1;
      const column = sorting + <usize>lane * sizeof<T>();
      let value = load<T>(column + <usize>place * APART);
      if (mixed && value == <T>0) value = zeroOf<T>(boxed, first + <usize>lane * CELL, column, count, place);
      store<T>(to, count > 0 ? value : <T>NaN);
    }
  }
}

/** The quantiles of the cells in `[cells, end)` in rows `[first, last)`. */
export function quantile32(share: f64, first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  quantiles<f32>(false, share, cells, end, to);
}
export function quantile64(share: f64, first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  quantiles<f64>(false, share, cells, end, to);
}

/** The quantiles of cells in boxes. */
export function quantile32InBoxes(
  share: f64, height: i32, bytes: usize, stride: usize, cells: usize, end: usize, to: usize,
): void {
  useBoxes(height, bytes, stride);
  quantiles<f32>(true, share, cells, end, to);
}
export function quantile64InBoxes(
  share: f64, height: i32, bytes: usize, stride: usize, cells: usize, end: usize, to: usize,
): void {
  useBoxes(height, bytes, stride);
  quantiles<f64>(true, share, cells, end, to);
}

/** The same as `quantile32` for neighbouring cells of 2 x 2 whole pixels, four at a time: `to` has room for so many. */
export function quantileOfPairs(share: f64, first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  let upper = firstPixel(first, cells);
  let lower = firstPixel(first + ROW, cells);
  const shares = f32x4.splat(<f32>share);
  for (let cell = cells; cell < end; cell += 4 * CELL, to += 16, upper += 32, lower += 32) {
    const a = evens(v128.load(upper), v128.load(upper, 16));
    const b = odds(v128.load(upper), v128.load(upper, 16));
    const c = evens(v128.load(lower), v128.load(lower, 16));
    const d = odds(v128.load(lower), v128.load(lower, 16));
    if (v128.any_true(v128.or(v128.or(negativeZero(a), negativeZero(b)), v128.or(negativeZero(c), negativeZero(d))))) {
      quantile32(share, first, last, cell, min(cell + 4 * CELL, end), to);
    } else {
      v128.store(to, rankOfFour(shares, a, b, c, d));
    }
  }
}

@inline
function negativeZero(x: v128): v128 {
  return i32x4.eq(x, i32x4.splat(i32.MIN_VALUE));
}

@inline
function nullsLast(x: v128): v128 {
  return v128.bitselect(x, f32x4.splat(Infinity), f32x4.eq(x, x));
}

/** A sorting network of five exchanges, and a choice by rank. */
@inline
function rankOfFour(shares: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  const minusCount = i32x4.add(
    i32x4.add(f32x4.eq(a, a), f32x4.eq(b, b)),
    i32x4.add(f32x4.eq(c, c), f32x4.eq(d, d)),
  );
  a = nullsLast(a);
  b = nullsLast(b);
  c = nullsLast(c);
  d = nullsLast(d);
  const ab = f32x4.pmin(a, b);
  const ba = f32x4.pmax(a, b);
  const cd = f32x4.pmin(c, d);
  const dc = f32x4.pmax(c, d);
  const x = f32x4.pmax(ab, cd);
  const y = f32x4.pmin(ba, dc);
  const rank = f32x4.ceil(f32x4.mul(shares, f32x4.convert_i32x4_s(i32x4.neg(minusCount))));
  let value = v128.bitselect(f32x4.pmin(x, y), f32x4.pmin(ab, cd), f32x4.ge(rank, f32x4.splat(2)));
  value = v128.bitselect(f32x4.pmax(x, y), value, f32x4.ge(rank, f32x4.splat(3)));
  value = v128.bitselect(f32x4.pmax(ba, dc), value, f32x4.ge(rank, f32x4.splat(4)));
  return v128.bitselect(value, f32x4.splat(NaN), i32x4.lt_s(minusCount, i32x4.splat(0)));
}
