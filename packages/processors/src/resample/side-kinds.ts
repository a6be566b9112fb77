import { compileFunction, op, wasmMemory, type Code, type FunctionSource } from "../wasm-module.js";
import {
  chordTolerance,
  longStep,
  refined,
  smallBend,
  smallBendShare,
  straight,
  straightBend,
} from "./edge-bends.js";
import type { Lattice } from "./lattice.js";

/** Corners of a lattice. */
const mostCorners = 1 << 16;

// Where things are in the memory.
const ys = 8 * mostCorners;
const kinds = 2 * ys;
const limits = kinds + 4 * mostCorners;
const memoryBytes = limits + 32;

interface Shared {
  readonly numbers: Float64Array;
  readonly kinds: Int32Array;
  readonly find: (corner: number, end: number, next: number, kinds: number) => void;
}

/** One for a thread: it looks at one lattice at a time. */
let shared: Shared | null | undefined;

/**
 * What `countParts` tells of the sides from all corners within the outer line to those `next` further on, by corner; there is
 * more that has no meaning. For a lattice on the source, where no side is far away. Good until it is called again; undefined
 * where it can't be told in this way.
 */
export function kindsAtOnce({ block, stride, xs, ys: down }: Lattice, next: number, scale: number) {
  const corners = stride * (block.bottom - block.top + 3);
  if (shared === undefined) shared = share();
  if (!shared || corners > mostCorners) return undefined;
  const { numbers, find } = shared;
  numbers.set(xs.subarray(0, corners), 0);
  numbers.set(down.subarray(0, corners), ys >> 3);
  numbers[limits >> 3] = straightBend * scale;
  numbers[(limits >> 3) + 1] = smallBend * scale;
  numbers[(limits >> 3) + 2] = chordTolerance * scale;
  const end = corners - stride - (next === 1 ? 0 : stride);
  find(8 * stride, 8 * end, 8 * next, kinds + 4 * stride);
  return shared.kinds;
}

function share(): Shared | null {
  const memory = wasmMemory(memoryBytes);
  const find = memory && compileFunction(kindCode())?.(memory);
  if (!memory || !find) return null;
  const { buffer } = memory;
  return { numbers: new Float64Array(buffer), kinds: new Int32Array(buffer, kinds, mostCorners), find };
}

/**
 * `(corner, end, next, kinds)`: the kinds of the sides from the corners at these addresses, for two sides at once. The
 * operations are those of `countParts`.
 */
function kindCode(): FunctionSource {
  const { get, set, tee, constant, add, lessUnsigned, loop } = op;
  const [corner, end, next, target, before, over, after] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [x0, y0, x1, y1, alongX, alongY, beforeX, beforeY] = [7, 8, 9, 10, 11, 12, 13, 14] as const;
  const [afterX, afterY, size, bend0, bend1, most, bend] = [15, 16, 17, 18, 19, 20, 21] as const;
  const [long, kind] = [22, 23] as const;
  const both = (first: Code, second: Code, operation: Code): Code => [...first, ...second, ...operation];
  const minus = (first: Code, second: Code): Code => both(first, second, op.subtract64);
  const times = (first: Code, second: Code): Code => both(first, second, op.multiply64);
  const larger = (first: Code, second: Code): Code => both(first, second, op.larger64);
  const x = (address: number): Code => [...get(address), ...op.loadAt(0)];
  const y = (address: number): Code => [...get(address), ...op.loadAt(ys)];
  const limit = (index: number): Code => [...constant(limits), ...op.loadBoth64(8 * index)];
  const length2 = (dx: number, dy: number): Code =>
    both(times(get(dx), get(dx)), times(get(dy), get(dy)), op.add64);
  const advance = (variable: number, bytes: number): Code => [
    ...get(variable),
    ...constant(bytes),
    ...add,
    ...set(variable),
  ];
  const body = loop([
    ...[...get(corner), ...get(next), ...add, ...tee(over), ...get(next), ...add, ...set(after)],
    ...[...get(corner), ...get(next), ...op.subtract, ...set(before)],
    ...[...x(corner), ...set(x0), ...y(corner), ...set(y0), ...x(over), ...set(x1), ...y(over), ...set(y1)],
    ...[...minus(get(x1), get(x0)), ...set(alongX), ...minus(get(y1), get(y0)), ...set(alongY)],
    ...[...minus(get(x0), x(before)), ...set(beforeX), ...minus(get(y0), y(before)), ...set(beforeY)],
    ...[...minus(x(after), get(x1)), ...set(afterX), ...minus(y(after), get(y1)), ...set(afterY)],
    ...[...length2(alongX, alongY), ...op.root64, ...set(size)],
    ...minus(
      times(minus(get(alongX), get(beforeX)), get(alongY)),
      times(minus(get(alongY), get(beforeY)), get(alongX)),
    ),
    ...set(bend0),
    ...minus(
      times(minus(get(afterX), get(alongX)), get(alongY)),
      times(minus(get(afterY), get(alongY)), get(alongX)),
    ),
    ...set(bend1),
    ...[...larger([...get(bend0), ...op.abs64], [...get(bend1), ...op.abs64]), ...set(most)],
    ...[...both(get(most), times(op.float64s(8), get(size)), op.divide64), ...set(bend)],
    ...times(get(size), get(size)),
    ...times(op.float64s(longStep * longStep), larger(length2(beforeX, beforeY), length2(afterX, afterY))),
    ...[...op.greater64, ...set(long)],
    // Small, even and not long: in so many parts.
    ...[...both(get(bend), limit(2), op.divide64), ...op.root64, ...op.ceil64, ...op.float64s(refined)],
    ...[...both(get(bend), limit(1), op.atMost64)],
    ...[...both(get(bend), times(op.float64s(smallBendShare), get(size)), op.atMost64), ...op.and],
    ...[...minus(get(bend0), get(bend1)), ...op.abs64, ...times(get(most), op.float64s(0.5)), ...op.atMost64],
    ...[...op.and, ...get(long), ...op.andNot, ...op.select, ...set(kind)],
    // Straight, or without a length.
    ...[...op.float64s(straight), ...get(kind)],
    ...[...both(get(bend), limit(0), op.atMost64), ...get(long), ...op.andNot],
    ...[...both(get(size), op.float64s(0), op.equal64), ...op.union, ...op.select],
    ...[...op.toIntegers64, ...set(kind), ...get(target), ...get(kind), ...op.storeLane64(0, 0)],
    ...[...advance(target, 8), ...advance(corner, 16), ...get(corner), ...get(end), ...lessUnsigned],
  ]);
  return { parameters: 4, integers: 3, vectors: 17, body };
}
