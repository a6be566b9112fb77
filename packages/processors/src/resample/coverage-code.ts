import { op, type Code, type FunctionSource } from "../wasm-module.js";
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

const { get, set, tee, constant, add, lessUnsigned, loop } = op;

const advance = (variable: number, bytes: number): Code => [
  ...get(variable),
  ...constant(bytes),
  ...add,
  ...set(variable),
];
const both = (first: Code, second: Code, operation: Code): Code => [...first, ...second, ...operation];
const plus = (first: Code, second: Code): Code => both(first, second, op.add64);
const minus = (first: Code, second: Code): Code => both(first, second, op.subtract64);
const times = (first: Code, second: Code): Code => both(first, second, op.multiply64);
const and = (first: Code, second: Code): Code => both(first, second, op.and);
const choose = (yes: Code, no: Code, where: Code): Code => [...yes, ...no, ...where, ...op.select];
const number = op.float64s;
const signBit = number(-0);

/** `(slots, end, tolerance)`: finds the box of pixels of each cell. The tolerance is a float64 in memory. */
export function boxCode(): FunctionSource {
  const [cell, end, tolerance] = [0, 1, 2] as const;
  const [place, last] = [3, 4] as const;
  const [point, low, high, from, to] = [5, 6, 7, 8, 9] as const;
  const load: Code = [...get(place), ...op.loadInteger(slot.points), ...op.loadAt(0)];
  const body = loop([
    ...[...get(cell), ...tee(place), ...get(cell), ...op.loadInteger(slot.pointBytes), ...add, ...set(last)],
    ...[...load, ...tee(low), ...set(high)],
    ...loop([
      ...[...load, ...set(point)],
      ...[...both(get(low), get(point), op.smaller64), ...set(low)],
      ...[...both(get(high), get(point), op.larger64), ...set(high)],
      ...[...advance(place, 4), ...get(place), ...get(last), ...lessUnsigned],
    ]),
    ...[...plus(get(low), [...get(tolerance), ...op.loadBoth64(0)]), ...op.floor64, ...set(from)],
    ...[...minus(get(high), [...get(tolerance), ...op.loadBoth64(0)]), ...op.ceil64, ...set(to)],
    ...[...get(cell), ...get(from), ...op.store(slot.corner)],
    ...[...get(cell), ...get(from), ...op.toIntegers64, ...op.store(slot.box)],
    ...[...get(cell), ...get(to), ...op.toIntegers64, ...op.store(slot.box + 8)],
    ...get(cell),
    ...both(get(from), get(low), op.atMost64),
    ...[...both(get(high), get(to), op.atMost64), ...op.and],
    ...[...both(get(low), get(high), op.less64), ...op.and, ...op.both64],
    ...op.storeInteger(slot.within),
    ...[...advance(cell, slot.bytes), ...get(cell), ...get(end), ...lessUnsigned],
  ]);
  return { parameters: 3, integers: 2, vectors: 5, body };
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
    ...[
      ...get(p),
      ...get(q),
      ...op.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]),
      ...set(x),
    ],
    ...[...get(p), ...get(q), ...op.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31])],
    ...set(y),
  ];
  const loadPoints = (x: number, y: number): Code => [
    ...[...get(first), ...op.loadInteger(slot.points), ...op.loadAt(0), ...set(p)],
    ...[...get(second), ...op.loadInteger(slot.points), ...op.loadAt(0), ...set(q)],
    ...unzip(x, y),
  ];
  const loadSlots: Code = [
    ...[...get(pairs), ...op.loadInteger(0), ...set(first)],
    ...[...get(pairs), ...op.loadInteger(4), ...set(second)],
  ];
  const increase = (delta: number, by: Code): Code => [...plus(get(delta), by), ...set(delta)];

  const across = (base: number, column: number): Code => [
    ...[...both(get(low), number(column), op.larger64), ...set(begin)],
    ...[...both(get(high), number(column + 1), op.smaller64), ...set(stop)],
    ...choose(get(height), times(get(perColumn), minus(get(stop), get(begin))), get(single)),
    ...and(
      get(within),
      choose(
        both(get(floor), number(column), op.equal64),
        both(get(begin), get(stop), op.less64),
        get(single),
      ),
    ),
    ...[...op.and, ...tee(part)],
    ...[...times(plus(get(begin), get(stop)), number(0.5)), ...number(column), ...op.subtract64],
    ...[...op.multiply64, ...set(after)],
    ...increase(deltas[base + column]!, minus(get(part), get(after))),
    ...increase(deltas[base + column + 1]!, get(after)),
  ];
  const along = (at: number): Code => [
    ...[...plus(get(top), number(at)), ...set(row)],
    ...[...both(get(y0), get(row), op.larger64), ...set(upper)],
    ...[...both(get(y1), plus(get(row), number(1)), op.smaller64), ...set(lower)],
    ...[...both(get(upper), get(lower), op.less64), ...set(within)],
    ...xAt(upper, y0, x0),
    ...[...get(left), ...op.subtract64, ...get(within), ...op.and, ...set(low)],
    ...xAt(lower, y1, x1),
    ...[...get(left), ...op.subtract64, ...get(within), ...op.and, ...set(high)],
    ...both(get(low), get(high), op.smaller64),
    ...[...both(get(low), get(high), op.larger64), ...set(high), ...set(low)],
    ...[...both(minus(get(lower), get(upper)), get(down), op.xor), ...set(height)],
    ...[...get(low), ...op.floor64, ...set(floor)],
    ...[...both(get(high), plus(get(floor), number(1)), op.atMost64), ...set(single)],
    ...[...both(get(height), minus(get(high), get(low)), op.divide64), ...set(perColumn)],
    ...both(get(low), number(0), op.less64),
    ...[...get(beyond), ...op.union, ...set(beyond)],
    ...Array.from({ length: columns }, (_, column) => across(at * (columns + 1), column)).flat(),
  ];
  /** The edge's x at `y`: that of its end where it ends there. */
  const xAt = (y: number, endY: number, endX: number): Code =>
    choose(
      get(endX),
      plus(get(x0), times(minus(get(y), get(y0)), get(slope))),
      both(get(y), get(endY), op.equal64),
    );
  const edge: Code = [
    ...loadPoints(xHere, yHere),
    ...minus(
      times(minus(get(xBefore), get(startX)), minus(get(yHere), get(startY))),
      times(minus(get(xHere), get(startX)), minus(get(yBefore), get(startY))),
    ),
    ...[...get(twice), ...op.add64, ...set(twice)],
    ...[...both(get(yBefore), get(yHere), op.less64), ...set(down)],
    ...[...choose(get(xBefore), get(xHere), get(down)), ...set(x0)],
    ...[...choose(get(yBefore), get(yHere), get(down)), ...set(y0)],
    ...[...choose(get(xHere), get(xBefore), get(down)), ...set(x1)],
    ...[...choose(get(yHere), get(yBefore), get(down)), ...set(y1)],
    ...[...and(get(down), signBit), ...set(down)],
    ...[...both(minus(get(x1), get(x0)), minus(get(y1), get(y0)), op.divide64), ...set(slope)],
    ...Array.from({ length: rows }, (_, at) => along(at)).flat(),
    ...[...get(xHere), ...set(xBefore), ...get(yHere), ...set(yBefore)],
  ];
  // `down` becomes the sign of the area, `low` the least share, `high` what is covered, `part` the share.
  const share = (at: number, column: number): Code => [
    ...both(get(deltas[at * (columns + 1) + column]!), get(down), op.xor),
    ...(column === 0 ? [...number(0), ...op.add64] : [...get(high), ...op.add64]),
    ...set(high),
    ...choose(
      number(1),
      get(high),
      both([...minus(get(high), number(1)), ...op.abs64], number(wholeTolerance), op.less64),
    ),
    ...[...both(get(high), get(low), op.greater64), ...op.and, ...set(part)],
    ...[...get(target), ...get(part), ...op.storeLane64(8 * (at * columns + column), 0)],
    ...[...get(target), ...get(part), ...op.storeLane64(8 * (rows * columns + at * columns + column), 1)],
  ];
  const body = loop([
    ...loadSlots,
    ...[...get(first), ...op.loadAt(slot.corner), ...set(p), ...get(second), ...op.loadAt(slot.corner)],
    ...[...set(q), ...unzip(left, top), ...loadPoints(startX, startY)],
    ...[...get(pairs), ...op.loadInteger(8), ...constant(-4), ...add, ...tee(last)],
    ...[...get(first), ...add, ...set(first)],
    ...[...get(second), ...get(last), ...add, ...set(second), ...loadPoints(xBefore, yBefore)],
    ...[...loadSlots, ...get(first), ...get(pairs), ...op.loadInteger(8), ...add, ...set(last)],
    ...[twice, beyond, ...deltas].flatMap((variable) => [...number(0), ...set(variable)]),
    ...loop([
      ...edge,
      ...[...advance(second, 4), ...advance(first, 4), ...get(first), ...get(last), ...lessUnsigned],
    ]),
    ...[...and(both(get(twice), number(0), op.less64), signBit), ...set(down)],
    ...[...times(get(twice), number(0.5)), ...op.abs64, ...number(1), ...op.smaller64],
    ...[...number(leastShare), ...op.multiply64, ...set(low)],
    ...Array.from({ length: rows * columns }, (_, k) => share(Math.floor(k / columns), k % columns)).flat(),
    ...[...get(target), ...get(beyond), ...op.store(16 * rows * columns)],
    ...[...advance(target, coverBytes(rows, columns)), ...advance(pairs, pairBytes)],
    ...[...get(pairs), ...get(end), ...lessUnsigned],
  ]);
  return { parameters: 3, integers: 3, vectors: vectors - 6, body };
}

type Eight = readonly [number, number, number, number, number, number, number, number];
