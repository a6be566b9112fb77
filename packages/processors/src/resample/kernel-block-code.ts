import {
  advance,
  doWhile,
  f64x2,
  i32,
  i32x4,
  local,
  v128,
  type Code,
  type FunctionSource,
} from "@quadrat/core/wasm";
import { addAll, loadTwo } from "./pairs-code.js";

/** What a function of {@link blockCode} is made for. */
export interface BlockShape {
  readonly method: "bilinear" | "cubic";
  /** Whether the pixels of a cell are the four around its centre: those of the plain cubic kernel. Else they are those within reach. */
  readonly around: boolean;
  /** Pixels of a cell at most, along a row and along a column. */
  readonly columns: number;
  readonly rows: number;
  readonly bytes: 4 | 8;
}

/** Where the function finds its numbers, float64; of those that columns and rows have of their own, columns' come first. */
export const numbers = {
  shift: 0,
  reach: 16,
  stretch: 32,
  origin: 48,
  tolerance: 64,
  slack: 72,
  leastWeight: 80,
  half: 88,
  one: 96,
  oneAndHalf: 104,
  two: 112,
  twoAndHalf: 120,
  four: 128,
  /** Of 32 bits: the last place that the first pixel may have. */
  last: 136,
  rowBytes: 144,
  pixels: 148,
  bytes: 152,
} as const;

const { get, set, tee } = local;

const [xs, ys, to, end, at, one, other] = [0, 1, 2, 3, 4, 5, 6] as const;
const [centre, whole, first, broken, place, distance, total, weight, rowWeight] = [
  7, 8, 9, 10, 11, 12, 13, 14, 15,
] as const;
const weights = 16;

const both = (offset: number): Code => v128.load64Splat(offset, get(at));

/**
 * `(xs, ys, to, end, numbers)`: the weighted means of the pixels under the kernel around points in pixels, two at a time.
 * The operations and their order are those of `KernelSums` where all pixels are valid. NaN where one of them is null, or
 * where more are within reach than the shape has.
 */
export function blockCode({ method, around, columns, rows, bytes }: BlockShape): FunctionSource {
  /** The weights of `taps` pixels, and the place of the first one on the stack; axis 0 is that of columns. */
  const along = (axis: 0 | 1, taps: number, to: number): Code => [
    ...set(
      centre,
      v128.bitselect(
        tee(
          whole,
          f64x2.nearest(
            tee(
              centre,
              f64x2.add(
                f64x2.sub(v128.load(0, get(axis === 0 ? xs : ys)), both(numbers.half)),
                both(numbers.shift + 8 * axis),
              ),
            ),
          ),
        ),
        get(centre),
        f64x2.le(f64x2.abs(f64x2.sub(get(centre), get(whole))), both(numbers.tolerance)),
      ),
    ),
    ...set(first, around ? f64x2.sub(f64x2.floor(get(centre)), both(numbers.one)) : firstWithin(axis)),
    ...(around ? [] : set(broken, v128.or(get(broken), beyond(axis, taps)))),
    ...Array.from({ length: taps }, (_, k) => {
      const pixel = k === 0 ? get(first) : f64x2.add(get(first), f64x2.const(k));
      const away = f64x2.mul(f64x2.sub(pixel, get(centre)), both(numbers.stretch + 8 * axis));
      return [...set(distance, f64x2.abs(away)), ...set(to + k, method === "cubic" ? cubic : triangle)];
    }).flat(),
    ...i32x4.minS(
      i32x4.maxS(
        i32x4.truncSatF64x2SZero(f64x2.sub(get(first), both(numbers.origin + 8 * axis))),
        i32x4.const(0),
      ),
      v128.load32Splat(numbers.last + 4 * axis, get(at)),
    ),
  ];
  const pixel = (k: number): Code => loadTwo(bytes, [get(one), bytes * k], [get(other), bytes * k]);
  const row = (j: number): Code => [
    ...set(
      total,
      f64x2.add(
        get(total),
        f64x2.mul(
          get(weights + columns + j),
          addAll(columns, (k) => f64x2.mul(get(weights + k), pixel(k))),
        ),
      ),
    ),
    ...set(weight, f64x2.add(get(weight), f64x2.mul(get(weights + columns + j), get(rowWeight)))),
    ...(j + 1 < rows ? [one, other].flatMap((address) => advance(address, rowBytes)) : []),
  ];
  const addresses = i32x4.add(
    i32x4.add(
      i32x4.mul(along(1, rows, weights + columns), v128.load32Splat(numbers.rowBytes, get(at))),
      i32x4.mul(get(place), i32x4.const(bytes)),
    ),
    v128.load32Splat(numbers.pixels, get(at)),
  );
  const body: Code = doWhile(
    set(broken, f64x2.const(0)),
    set(place, along(0, columns, weights)),
    set(one, i32x4.extractLane(0, tee(place, addresses))),
    set(other, i32x4.extractLane(1, get(place))),
    set(
      rowWeight,
      addAll(columns, (k) => get(weights + k)),
    ),
    set(weight, tee(total, f64x2.const(0))),
    Array.from({ length: rows }, (_, j) => row(j)).flat(),
    v128.store(
      0,
      get(to),
      v128.bitselect(
        f64x2.div(get(total), get(weight)),
        f64x2.const(NaN),
        v128.andnot(f64x2.ge(get(weight), both(numbers.leastWeight)), get(broken)),
      ),
    ),
    advance(xs, 16),
    advance(ys, 16),
    advance(to, 16),
    i32.ltU(get(to), get(end)),
  );
  return { parameters: 5, variables: { i32: 2, v128: 9 + columns + rows }, body };
}

const rowBytes: Code = i32.load(numbers.rowBytes, get(at));

const firstWithin = (axis: 0 | 1): Code =>
  f64x2.ceil(f64x2.sub(f64x2.sub(get(centre), both(numbers.reach + 8 * axis)), both(numbers.slack)));

/** Whether the last pixel within reach is none of those that there are. */
const beyond = (axis: 0 | 1, taps: number): Code =>
  f64x2.le(
    f64x2.const(taps),
    f64x2.sub(
      f64x2.floor(f64x2.add(f64x2.add(get(centre), both(numbers.reach + 8 * axis)), both(numbers.slack))),
      get(first),
    ),
  );

const d = get(distance);

const triangle = f64x2.pmax(f64x2.const(0), f64x2.sub(both(numbers.one), d));

const near = f64x2.add(
  f64x2.mul(f64x2.mul(f64x2.sub(f64x2.mul(both(numbers.oneAndHalf), d), both(numbers.twoAndHalf)), d), d),
  both(numbers.one),
);
const far = f64x2.add(
  f64x2.mul(
    f64x2.sub(
      f64x2.mul(f64x2.sub(both(numbers.twoAndHalf), f64x2.mul(both(numbers.half), d)), d),
      both(numbers.four),
    ),
    d,
  ),
  both(numbers.two),
);

/** See `catmullRom`. */
const cubic = v128.bitselect(
  near,
  v128.and(far, f64x2.lt(d, both(numbers.two))),
  f64x2.le(d, both(numbers.one)),
);
