import {
  advance,
  doWhile,
  f64x2,
  i32,
  i32x4,
  instantiate,
  local,
  once,
  placesFrom,
  v128,
  type Code,
  type FunctionSource,
} from "@quadrat/core/wasm";
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
const places = placesFrom();
const columns = places.take(8 * mostCorners);
const ys = places.take(8 * mostCorners);
const kinds = places.take(4 * mostCorners);
const limits = places.take(32);

interface Shared {
  readonly numbers: Float64Array;
  readonly kinds: Int32Array;
  readonly find: (corner: number, end: number, next: number, kinds: number) => void;
}

/** One for a thread: it looks at one lattice at a time. */
const sharedHere = once(share);

/**
 * What `countParts` tells of the sides from all corners within the outer line to those `next` further on, by corner; there is
 * more that has no meaning. For a lattice on the source, where no side is far away. Good until it is called again; undefined
 * where it can't be told in this way.
 */
export function kindsAtOnce({ block, stride, xs, ys: down }: Lattice, next: number, scale: number) {
  const corners = stride * (block.bottom - block.top + 3);
  const shared = sharedHere();
  if (!shared || corners > mostCorners) return undefined;
  const { numbers, find } = shared;
  numbers.set(xs.subarray(0, corners), columns >> 3);
  numbers.set(down.subarray(0, corners), ys >> 3);
  numbers[limits >> 3] = straightBend * scale;
  numbers[(limits >> 3) + 1] = smallBend * scale;
  numbers[(limits >> 3) + 2] = chordTolerance * scale;
  const end = corners - stride - (next === 1 ? 0 : stride);
  find(columns + 8 * stride, columns + 8 * end, 8 * next, kinds + 4 * stride);
  return shared.kinds;
}

function share(): Shared | undefined {
  const made = instantiate({ find: kindCode() }, places.bytes);
  if (!made) return undefined;
  const { find } = made;
  const { buffer } = made.memory;
  return { numbers: new Float64Array(buffer), kinds: new Int32Array(buffer, kinds, mostCorners), find };
}

/**
 * `(corner, end, next, kinds)`: the kinds of the sides from the corners at these addresses, for two sides at once. The
 * operations are those of `countParts`.
 */
function kindCode(): FunctionSource {
  const { get, set, tee } = local;
  const [corner, end, next, target, before, over, after] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [x0, y0, x1, y1, alongX, alongY, beforeX, beforeY] = [7, 8, 9, 10, 11, 12, 13, 14] as const;
  const [afterX, afterY, size, bend0, bend1, most, bend] = [15, 16, 17, 18, 19, 20, 21] as const;
  const [long, kind] = [22, 23] as const;
  const x = (address: number): Code => v128.load(0, get(address));
  const y = (address: number): Code => v128.load(ys, get(address));
  const limit = (index: number): Code => v128.load64Splat(8 * index, limits);
  const length2 = (dx: number, dy: number): Code =>
    f64x2.add(f64x2.mul(get(dx), get(dx)), f64x2.mul(get(dy), get(dy)));
  const body = doWhile(
    set(after, i32.add(tee(over, i32.add(get(corner), get(next))), get(next))),
    set(before, i32.sub(get(corner), get(next))),
    set(x0, x(corner)),
    set(y0, y(corner)),
    set(x1, x(over)),
    set(y1, y(over)),
    set(alongX, f64x2.sub(get(x1), get(x0))),
    set(alongY, f64x2.sub(get(y1), get(y0))),
    set(beforeX, f64x2.sub(get(x0), x(before))),
    set(beforeY, f64x2.sub(get(y0), y(before))),
    set(afterX, f64x2.sub(x(after), get(x1))),
    set(afterY, f64x2.sub(y(after), get(y1))),
    set(size, f64x2.sqrt(length2(alongX, alongY))),
    set(
      bend0,
      f64x2.sub(
        f64x2.mul(f64x2.sub(get(alongX), get(beforeX)), get(alongY)),
        f64x2.mul(f64x2.sub(get(alongY), get(beforeY)), get(alongX)),
      ),
    ),
    set(
      bend1,
      f64x2.sub(
        f64x2.mul(f64x2.sub(get(afterX), get(alongX)), get(alongY)),
        f64x2.mul(f64x2.sub(get(afterY), get(alongY)), get(alongX)),
      ),
    ),
    set(most, f64x2.pmax(f64x2.abs(get(bend0)), f64x2.abs(get(bend1)))),
    set(bend, f64x2.div(get(most), f64x2.mul(f64x2.const(8), get(size)))),
    set(
      long,
      f64x2.gt(
        f64x2.mul(get(size), get(size)),
        f64x2.mul(
          f64x2.const(longStep * longStep),
          f64x2.pmax(length2(beforeX, beforeY), length2(afterX, afterY)),
        ),
      ),
    ),
    // Small, even and not long: in so many parts.
    set(
      kind,
      v128.bitselect(
        f64x2.ceil(f64x2.sqrt(f64x2.div(get(bend), limit(2)))),
        f64x2.const(refined),
        v128.andnot(
          v128.and(
            v128.and(
              f64x2.le(get(bend), limit(1)),
              f64x2.le(get(bend), f64x2.mul(f64x2.const(smallBendShare), get(size))),
            ),
            f64x2.le(f64x2.abs(f64x2.sub(get(bend0), get(bend1))), f64x2.mul(get(most), f64x2.const(0.5))),
          ),
          get(long),
        ),
      ),
    ),
    // Straight, or without a length.
    set(
      kind,
      i32x4.truncSatF64x2SZero(
        v128.bitselect(
          f64x2.const(straight),
          get(kind),
          v128.or(v128.andnot(f64x2.le(get(bend), limit(0)), get(long)), f64x2.eq(get(size), f64x2.const(0))),
        ),
      ),
    ),
    v128.store64Lane(0, 0, get(target), get(kind)),
    advance(target, 8),
    advance(corner, 16),
    i32.ltU(get(corner), get(end)),
  );
  return { parameters: 4, variables: { i32: 3, v128: 17 }, body };
}
