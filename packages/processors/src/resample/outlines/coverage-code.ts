import {
  advance,
  doWhile,
  f64x2,
  i32,
  i32x4,
  i64x2,
  i8x16,
  local,
  v128,
  type Code,
  type FunctionSource,
} from "@quadrat/core/wasm";
import { leastShare, wholeTolerance } from "./coverage.js";

/**
 * What is known of a cell, in memory: the addresses of its outline's points, which are x and y as float64, and what
 * {@link boxCode} finds of the pixels under it.
 */
export const slot = {
  bytes: 128,
  /** int32 each. */
  points: 0,
  mostPoints: 16,
  /** Left and top as float64. */
  corner: 64,
  /** Left, top, right and bottom as int32. */
  box: 96,
  /** 1 where the outline does not reach beyond the box, not even by rounding. */
  within: 120,
  /** 4 bytes for each point. */
  pointBytes: 124,
} as const;

/** A pair of cells whose coverage is to be found: the addresses of their slots, and 4 bytes for each point. */
export const pairBytes = 12;

/** What {@link coverCode} leaves of a pair: the shares of the first cell and the second, and who of them is beyond it. */
export const coverBytes = (rows: number, columns: number): number => 16 * rows * columns + 16;

const { get, set, tee } = local;

const signBit = f64x2.const(-0);

/** `(slots, end, tolerance)`: finds the box of pixels of each cell. The tolerance is a float64 in memory. */
export function boxCode(): FunctionSource {
  const [cell, end, tolerance] = [0, 1, 2] as const;
  const [place, last] = [3, 4] as const;
  const [point, low, high, from, to] = [5, 6, 7, 8, 9] as const;
  const load: Code = v128.load(0, i32.load(slot.points, get(place)));
  const body = doWhile(
    set(last, i32.add(tee(place, get(cell)), i32.load(slot.pointBytes, get(cell)))),
    set(high, tee(low, load)),
    doWhile(
      set(point, load),
      set(low, f64x2.pmin(get(low), get(point))),
      set(high, f64x2.pmax(get(high), get(point))),
      advance(place, 4),
      i32.ltU(get(place), get(last)),
    ),
    set(from, f64x2.floor(f64x2.add(get(low), v128.load64Splat(0, get(tolerance))))),
    set(to, f64x2.ceil(f64x2.sub(get(high), v128.load64Splat(0, get(tolerance))))),
    v128.store(slot.corner, get(cell), get(from)),
    v128.store(slot.box, get(cell), i32x4.truncSatF64x2SZero(get(from))),
    v128.store(slot.box + 8, get(cell), i32x4.truncSatF64x2SZero(get(to))),
    i32.store(
      slot.within,
      get(cell),
      i64x2.allTrue(
        v128.and(
          v128.and(f64x2.le(get(from), get(low)), f64x2.le(get(high), get(to))),
          f64x2.lt(get(low), get(high)),
        ),
      ),
    ),
    advance(cell, slot.bytes),
    i32.ltU(get(cell), get(end)),
  );
  return { parameters: 3, variables: { i32: 2, v128: 5 }, body };
}

/**
 * `(pairs, end, to)`: the shares of the pixels of a box of so many rows and columns that pairs of cells cover. The operations
 * and their order are those of {@link addRing} and {@link accumulate}, for two cells at once and without a branch: what does
 * not apply is computed and adds 0. The sign of the area, known at the end, turns that of all sums.
 */
export function coverCode(rows: number, columns: number): FunctionSource {
  const [pairs, end, target] = [0, 1, 2] as const;
  const [first, second, last] = [3, 4, 5] as const;
  let vectors = 6;
  const vector = (): number => vectors++;
  const eight = (): Eight => {
    vectors += 8;
    const at = vectors - 8;
    return [at, at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7];
  };
  const [p, q, left, top, startX, startY, twice, beyond] = eight();
  const [xBefore, yBefore, xHere, yHere, down, x0, y0, x1] = eight();
  const [y1, slope, row, upper, lower, low, high, height] = eight();
  const [floor, single, within, perColumn, part, after, begin, stop] = eight();
  const deltas = Array.from({ length: rows * (columns + 1) }, vector);

  const unzip = (x: number, y: number): Code => [
    ...set(x, i8x16.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23], get(p), get(q))),
    ...set(y, i8x16.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31], get(p), get(q))),
  ];
  const loadPoints = (x: number, y: number): Code => [
    ...set(p, v128.load(0, i32.load(slot.points, get(first)))),
    ...set(q, v128.load(0, i32.load(slot.points, get(second)))),
    ...unzip(x, y),
  ];
  const loadSlots: Code = [...set(first, i32.load(0, get(pairs))), ...set(second, i32.load(4, get(pairs)))];
  const increase = (delta: number, by: Code): Code => set(delta, f64x2.add(get(delta), by));

  const across = (base: number, column: number): Code => [
    ...set(begin, f64x2.pmax(get(low), f64x2.const(column))),
    ...set(stop, f64x2.pmin(get(high), f64x2.const(column + 1))),
    ...set(
      after,
      f64x2.mul(
        tee(
          part,
          v128.and(
            v128.bitselect(
              get(height),
              f64x2.mul(get(perColumn), f64x2.sub(get(stop), get(begin))),
              get(single),
            ),
            v128.and(
              get(within),
              v128.bitselect(
                f64x2.eq(get(floor), f64x2.const(column)),
                f64x2.lt(get(begin), get(stop)),
                get(single),
              ),
            ),
          ),
        ),
        f64x2.sub(f64x2.mul(f64x2.add(get(begin), get(stop)), f64x2.const(0.5)), f64x2.const(column)),
      ),
    ),
    ...increase(deltas[base + column]!, f64x2.sub(get(part), get(after))),
    ...increase(deltas[base + column + 1]!, get(after)),
  ];
  const along = (at: number): Code => [
    ...set(row, f64x2.add(get(top), f64x2.const(at))),
    ...set(upper, f64x2.pmax(get(y0), get(row))),
    ...set(lower, f64x2.pmin(get(y1), f64x2.add(get(row), f64x2.const(1)))),
    ...set(within, f64x2.lt(get(upper), get(lower))),
    ...set(low, v128.and(f64x2.sub(xAt(upper, y0, x0), get(left)), get(within))),
    ...set(high, v128.and(f64x2.sub(xAt(lower, y1, x1), get(left)), get(within))),
    ...f64x2.pmin(get(low), get(high)),
    ...set(high, f64x2.pmax(get(low), get(high))),
    ...set(low),
    ...set(height, v128.xor(f64x2.sub(get(lower), get(upper)), get(down))),
    ...set(floor, f64x2.floor(get(low))),
    ...set(single, f64x2.le(get(high), f64x2.add(get(floor), f64x2.const(1)))),
    ...set(perColumn, f64x2.div(get(height), f64x2.sub(get(high), get(low)))),
    ...set(beyond, v128.or(f64x2.lt(get(low), f64x2.const(0)), get(beyond))),
    ...Array.from({ length: columns }, (_, column) => across(at * (columns + 1), column)).flat(),
  ];
  /** The edge's x at `y`: that of its end where it ends there. */
  const xAt = (y: number, endY: number, endX: number): Code =>
    v128.bitselect(
      get(endX),
      f64x2.add(get(x0), f64x2.mul(f64x2.sub(get(y), get(y0)), get(slope))),
      f64x2.eq(get(y), get(endY)),
    );
  const edge: Code = [
    ...loadPoints(xHere, yHere),
    ...set(
      twice,
      f64x2.add(
        f64x2.sub(
          f64x2.mul(f64x2.sub(get(xBefore), get(startX)), f64x2.sub(get(yHere), get(startY))),
          f64x2.mul(f64x2.sub(get(xHere), get(startX)), f64x2.sub(get(yBefore), get(startY))),
        ),
        get(twice),
      ),
    ),
    ...set(down, f64x2.lt(get(yBefore), get(yHere))),
    ...set(x0, v128.bitselect(get(xBefore), get(xHere), get(down))),
    ...set(y0, v128.bitselect(get(yBefore), get(yHere), get(down))),
    ...set(x1, v128.bitselect(get(xHere), get(xBefore), get(down))),
    ...set(y1, v128.bitselect(get(yHere), get(yBefore), get(down))),
    ...set(down, v128.and(get(down), signBit)),
    ...set(slope, f64x2.div(f64x2.sub(get(x1), get(x0)), f64x2.sub(get(y1), get(y0)))),
    ...Array.from({ length: rows }, (_, at) => along(at)).flat(),
    ...set(xBefore, get(xHere)),
    ...set(yBefore, get(yHere)),
  ];
  // `down` becomes the sign of the area, `low` the least share, `high` what is covered, `part` the share.
  const share = (at: number, column: number): Code => [
    ...v128.xor(get(deltas[at * (columns + 1) + column]!), get(down)),
    ...(column === 0 ? [...f64x2.const(0), ...f64x2.add()] : [...get(high), ...f64x2.add()]),
    ...set(high),
    ...set(
      part,
      v128.and(
        v128.bitselect(
          f64x2.const(1),
          get(high),
          f64x2.lt(f64x2.abs(f64x2.sub(get(high), f64x2.const(1))), f64x2.const(wholeTolerance)),
        ),
        f64x2.gt(get(high), get(low)),
      ),
    ),
    ...v128.store64Lane(8 * (at * columns + column), 0, get(target), get(part)),
    ...v128.store64Lane(8 * (rows * columns + at * columns + column), 1, get(target), get(part)),
  ];
  const body = doWhile(
    loadSlots,
    set(p, v128.load(slot.corner, get(first))),
    set(q, v128.load(slot.corner, get(second))),
    unzip(left, top),
    loadPoints(startX, startY),
    set(first, i32.add(tee(last, i32.add(i32.load(8, get(pairs)), -4)), get(first))),
    set(second, i32.add(get(second), get(last))),
    loadPoints(xBefore, yBefore),
    loadSlots,
    set(last, i32.add(get(first), i32.load(8, get(pairs)))),
    [twice, beyond, ...deltas].flatMap((variable) => set(variable, f64x2.const(0))),
    doWhile(edge, advance(second, 4), advance(first, 4), i32.ltU(get(first), get(last))),
    set(down, v128.and(f64x2.lt(get(twice), f64x2.const(0)), signBit)),
    set(
      low,
      f64x2.mul(
        f64x2.pmin(f64x2.abs(f64x2.mul(get(twice), f64x2.const(0.5))), f64x2.const(1)),
        f64x2.const(leastShare),
      ),
    ),
    Array.from({ length: rows * columns }, (_, k) => share(Math.floor(k / columns), k % columns)).flat(),
    v128.store(16 * rows * columns, get(target), get(beyond)),
    advance(target, coverBytes(rows, columns)),
    advance(pairs, pairBytes),
    i32.ltU(get(pairs), get(end)),
  );
  return { parameters: 3, variables: { i32: 3, v128: vectors - 6 }, body };
}

type Eight = readonly [number, number, number, number, number, number, number, number];
