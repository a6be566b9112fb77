/** The value with the largest area in each cell, the smallest of those that tie. */
import { Box, boxBytes, boxRows, Cell, CELL, evens, firstPixel, odds, Row, ROW, rows, rowsEnd, Run, RUN } from "./cell-pixels";
import { useBoxes, useRows, windowBytes } from "./cell-pixels";

/** The maximum number of different values of a cell. */
const MOST_VALUES: i32 = 2048;
/** From so many different values on a zero loses its sign. */
const SIGNED_VALUES: i32 = 24;
/** Amounts this near to the largest, relative to it, tie with it: they differ only by rounding. */
const TIE: f64 = 1e-9;

/** The different values of a cell, with a vector's room after them, and the area of each. */
const values: usize = memory.data(8 * MOST_VALUES + 16, 64);
const amounts: usize = memory.data(8 * MOST_VALUES, 64);

/** Whole numbers of at most 16 bits: the area of each class, 0 between cells, and which of them a cell has. */
const MOST_CLASSES: i32 = 65536;
const classAmounts: usize = memory.data(8 * MOST_CLASSES, 64);
const used: usize = memory.data(4 * MOST_CLASSES + 4, 64);
let leastClass: i32 = 0;
let classes: u32 = 0;
/** A value that is not one of the classes; NaN if all are. */
let stray: f32 = NaN;

/** The position of a value among those of the cell; `count` or more if it is new. */
@inline
function find<T>(value: T, count: i32): i32 {
  const lanes = 16 / <i32>sizeof<T>();
  const wanted = v128.splat<T>(value);
  for (let k = 0; k < count; k += lanes) {
    const equal = v128.eq<T>(v128.load(values + <usize>k * sizeof<T>()), wanted);
    const found = sizeof<T>() == 4 ? i32x4.bitmask(equal) : i64x2.bitmask(equal);
    if (found != 0) return k + ctz(found);
  }
  return count;
}

/** Adds a part of a pixel; returns the number of different values. */
@inline
function add<T>(classified: bool, value: T, amount: f64, count: i32): i32 {
  if (classified) return addClass(<f32>value, amount, count);
  const place = find<T>(value, count);
  const at = amounts + (<usize>place << 3);
  if (place < count) {
    store<f64>(at, load<f64>(at) + amount);
    return count;
  }
  store<T>(values + <usize>count * sizeof<T>(), count < SIGNED_VALUES ? value : <T>(value + <T>0));
  store<f64>(amounts + (<usize>count << 3), amount);
  return count + 1;
}

@inline
function addClass(value: f32, amount: f64, count: i32): i32 {
  const whole = <i32>value;
  const bin = <u32>(whole - leastClass);
  if (<f32>whole != value || bin >= classes) {
    stray = value;
    return count;
  }
  const at = classAmounts + (<usize>bin << 3);
  const before = load<f64>(at);
  store<f64>(at, before + amount);
  // What is not new is overwritten by the next: faster than a branch.
  store<u32>(used + (<usize>count << 2), bin);
  return count + i32(before == 0);
}

@inline
function tallyRows<T>(classified: bool, cell: Cell): i32 {
  let count = 0;
  for (let at: usize = cell.runs; at < <usize>cell.end; at += RUN) {
    const run = changetype<Run>(at);
    for (let row = rows; row < rowsEnd; row += ROW) {
      const down = changetype<Row>(row).weight;
      let weight: usize = run.weights;
      let pixel: usize = <usize>changetype<Row>(row).pixels + run.begin;
      for (const end = pixel + run.bytes; pixel < end; pixel += sizeof<T>(), weight += 8) {
        const value = load<T>(pixel);
        if (value == value) count = add<T>(classified, value, down * load<f64>(weight), count);
      }
    }
  }
  return count;
}

@inline
function tallyBox<T>(classified: bool, box: Box): i32 {
  let count = 0;
  let share: usize = box.shares;
  let left: usize = box.pixels;
  for (let row = 0; row < boxRows; row++, left += windowBytes) {
    for (let pixel = left, end = left + boxBytes; pixel < end; pixel += sizeof<T>(), share += 8) {
      const value = load<T>(pixel);
      const amount = load<f64>(share);
      if (amount != 0 && value == value) count = add<T>(classified, value, amount, count);
    }
  }
  return count;
}

/** NaN if there is no value. */
@inline
function heaviest<T>(count: i32): T {
  let largest: f64 = 0;
  for (let k: usize = 0; k < <usize>count; k++) largest = max(largest, load<f64>(amounts + (k << 3)));
  const least = largest * (1 - TIE);
  let best = <T>NaN;
  for (let k: usize = 0; k < <usize>count; k++) {
    const value = load<T>(values + k * sizeof<T>());
    if (load<f64>(amounts + (k << 3)) >= least && !(value >= best)) best = value;
  }
  return best;
}

/** The same for classes, whose areas become 0 again. */
@inline
function heaviestClass(count: i32): f32 {
  let largest: f64 = 0;
  for (let k: usize = 0; k < <usize>count; k++) {
    largest = max(largest, load<f64>(classAmounts + (<usize>load<u32>(used + (k << 2)) << 3)));
  }
  const least = largest * (1 - TIE);
  let best = classes;
  for (let k: usize = 0; k < <usize>count; k++) {
    const bin = load<u32>(used + (k << 2));
    const at = classAmounts + (<usize>bin << 3);
    if (load<f64>(at) >= least) best = min(best, bin);
    store<f64>(at, 0);
  }
  return count > 0 ? <f32>(<i32>best + leastClass) : <f32>NaN;
}

@inline
function modes<T>(boxed: bool, classified: bool, cells: usize, end: usize, to: usize): void {
  for (let cell = cells; cell < end; cell += CELL, to += sizeof<T>()) {
    const count = boxed
      ? tallyBox<T>(classified, changetype<Box>(cell))
      : tallyRows<T>(classified, changetype<Cell>(cell));
    store<T>(to, classified ? <T>heaviestClass(count) : heaviest<T>(count));
  }
}

/** The modes of the cells in `[cells, end)` in rows `[first, last)`. */
export function mode32(first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  modes<f32>(false, false, cells, end, to);
}
export function mode64(first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  modes<f64>(false, false, cells, end, to);
}
export function modeOfClasses(first: usize, last: usize, cells: usize, end: usize, to: usize): void {
  useRows(first, last);
  modes<f32>(false, true, cells, end, to);
}

/** The modes of cells in boxes. */
export function mode32InBoxes(height: i32, bytes: usize, stride: usize, cells: usize, end: usize, to: usize): void {
  useBoxes(height, bytes, stride);
  modes<f32>(true, false, cells, end, to);
}
export function mode64InBoxes(height: i32, bytes: usize, stride: usize, cells: usize, end: usize, to: usize): void {
  useBoxes(height, bytes, stride);
  modes<f64>(true, false, cells, end, to);
}
export function modeOfClassesInBoxes(height: i32, bytes: usize, stride: usize, cells: usize, end: usize, to: usize): void {
  useBoxes(height, bytes, stride);
  modes<f32>(true, true, cells, end, to);
}

/** The classes are the whole numbers from `least` to `greatest`. */
export function setClasses(least: i32, greatest: i32): void {
  leastClass = least;
  classes = greatest - least + 1;
  stray = NaN;
}

/** A value of the cells since then that is not one of the classes; NaN if all are. */
export function strayClass(): f64 {
  return stray;
}

/** The same as `mode32` for neighbouring cells of 2 x 2 whole pixels, four at a time: `to` has room for so many. */
export function modeOfPairs(first: usize, _last: usize, cells: usize, end: usize, to: usize): void {
  let upper = firstPixel(first, cells);
  let lower = firstPixel(first + ROW, cells);
  for (const stop = to + 4 * (end - cells) / CELL; to < stop; to += 16, upper += 32, lower += 32) {
    const a = evens(v128.load(upper), v128.load(upper, 16));
    const b = odds(v128.load(upper), v128.load(upper, 16));
    const c = evens(v128.load(lower), v128.load(lower, 16));
    const d = odds(v128.load(lower), v128.load(lower, 16));
    const ab = f32x4.eq(a, b);
    const ac = f32x4.eq(a, c);
    const ad = f32x4.eq(a, d);
    const bc = f32x4.eq(b, c);
    const bd = f32x4.eq(b, d);
    const cd = f32x4.eq(c, d);
    // True is -1: how often each value occurs, negative; 0 for NaN.
    const ofA = i32x4.add(i32x4.add(f32x4.eq(a, a), ab), i32x4.add(ac, ad));
    const ofB = i32x4.add(i32x4.add(f32x4.eq(b, b), ab), i32x4.add(bc, bd));
    const ofC = i32x4.add(i32x4.add(f32x4.eq(c, c), ac), i32x4.add(bc, cd));
    const ofD = i32x4.add(i32x4.add(f32x4.eq(d, d), ad), i32x4.add(bd, cd));
    const best = v128.bitselect(b, a, isBefore(ofB, b, ofA, a));
    const other = v128.bitselect(d, c, isBefore(ofD, d, ofC, c));
    const otherIsBefore = isBefore(i32x4.min_s(ofC, ofD), other, i32x4.min_s(ofA, ofB), best);
    v128.store(to, v128.bitselect(other, best, otherIsBefore));
  }
}

/** Whether the first of two values occurs more often, or as often and is smaller. */
@inline
function isBefore(ofOne: v128, one: v128, ofOther: v128, other: v128): v128 {
  return v128.or(i32x4.lt_s(ofOne, ofOther), v128.and(i32x4.eq(ofOne, ofOther), f32x4.lt(one, other)));
}
