import { op, type Code, type FunctionSource } from "../wasm-module.js";

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

const { get, set, tee, constant, add, lessUnsigned, loop } = op;

const [xs, ys, to, end, at, one, other] = [0, 1, 2, 3, 4, 5, 6] as const;
const [centre, whole, first, broken, place, distance, total, weight, rowWeight] = [
  7, 8, 9, 10, 11, 12, 13, 14, 15,
] as const;
const weights = 16;

const both = (offset: number): Code => [...get(at), ...op.loadBoth64(offset)];

/**
 * `(xs, ys, to, end, numbers)`: the weighted means of the pixels under the kernel around points in pixels, two at a time.
 * The operations and their order are those of `KernelSums` where all pixels are valid. NaN where one of them is null, or
 * where more are within reach than the shape has.
 */
export function blockCode({ method, around, columns, rows, bytes }: BlockShape): FunctionSource {
  /** The weights of `taps` pixels, and the place of the first one on the stack; axis 0 is that of columns. */
  const along = (axis: 0 | 1, taps: number, to: number): Code => [
    ...[...get(axis === 0 ? xs : ys), ...op.load, ...both(numbers.half), ...op.subtract64],
    ...[...both(numbers.shift + 8 * axis), ...op.add64, ...tee(centre)],
    ...[...op.nearest64, ...tee(whole), ...get(centre)],
    ...[...get(centre), ...get(whole), ...op.subtract64, ...op.abs64],
    ...[...both(numbers.tolerance), ...op.atMost64, ...op.select, ...set(centre)],
    ...(around ? [...get(centre), ...op.floor64, ...both(numbers.one), ...op.subtract64] : firstWithin(axis)),
    ...set(first),
    ...(around ? [] : [...get(broken), ...beyond(axis, taps), ...op.union, ...set(broken)]),
    ...Array.from({ length: taps }, (_, k) => [
      ...[...get(first), ...(k === 0 ? [] : [...op.float64s(k), ...op.add64])],
      ...[...get(centre), ...op.subtract64, ...both(numbers.stretch + 8 * axis), ...op.multiply64],
      ...[...op.abs64, ...(method === "cubic" ? cubic : triangle), ...set(to + k)],
    ]).flat(),
    ...[...get(first), ...both(numbers.origin + 8 * axis), ...op.subtract64, ...op.toIntegers64],
    ...[...op.zero, ...op.most32, ...get(at), ...op.loadAll32(numbers.last + 4 * axis), ...op.least32],
  ];
  const row = (j: number): Code => [
    ...get(total),
    ...get(weights + columns + j),
    ...Array.from({ length: columns }, (_, k) => [
      ...get(weights + k),
      ...[...get(other), ...get(one), ...op.loadFirst(bytes, bytes * k), ...op.loadSecond(bytes, bytes * k)],
      ...[...(bytes === 4 ? op.promote : []), ...op.multiply64, ...(k === 0 ? [] : op.add64)],
    ]).flat(),
    ...[...op.multiply64, ...op.add64, ...set(total)],
    ...[...get(weight), ...get(weights + columns + j), ...get(rowWeight), ...op.multiply64],
    ...[...op.add64, ...set(weight)],
    ...(j + 1 < rows ? [one, other].flatMap((pixel) => [...advance(pixel, rowBytes)]) : []),
  ];
  const body: Code = loop([
    ...[...op.zero, ...set(broken)],
    ...[...along(0, columns, weights), ...set(place)],
    ...along(1, rows, weights + columns),
    ...[...get(at), ...op.loadAll32(numbers.rowBytes), ...op.multiply32],
    ...[...get(place), ...op.integers(bytes), ...op.multiply32, ...op.add32],
    ...[...get(at), ...op.loadAll32(numbers.pixels), ...op.add32, ...tee(place)],
    ...[...op.lane32(0), ...set(one), ...get(place), ...op.lane32(1), ...set(other)],
    ...Array.from({ length: columns }, (_, k) => [...get(weights + k), ...(k === 0 ? [] : op.add64)]).flat(),
    ...set(rowWeight),
    ...[...op.zero, ...tee(total), ...set(weight)],
    ...Array.from({ length: rows }, (_, j) => row(j)).flat(),
    ...get(to),
    ...[...get(total), ...get(weight), ...op.divide64, ...op.float64s(NaN)],
    ...[...get(weight), ...both(numbers.leastWeight), ...op.atLeast64, ...get(broken), ...op.andNot],
    ...[...op.select, ...op.store()],
    ...[...advance(xs, constant(16)), ...advance(ys, constant(16)), ...advance(to, constant(16))],
    ...[...get(to), ...get(end), ...lessUnsigned],
  ]);
  return { parameters: 5, integers: 2, vectors: 9 + columns + rows, body };
}

const advance = (variable: number, bytes: Code): Code => [
  ...get(variable),
  ...bytes,
  ...add,
  ...set(variable),
];

const rowBytes: Code = [...get(at), ...op.loadInteger(numbers.rowBytes)];

const firstWithin = (axis: 0 | 1): Code => [
  ...[...get(centre), ...both(numbers.reach + 8 * axis), ...op.subtract64],
  ...[...both(numbers.slack), ...op.subtract64, ...op.ceil64],
];

/** Whether the last pixel within reach is none of those that there are. */
const beyond = (axis: 0 | 1, taps: number): Code => [
  ...op.float64s(taps),
  ...[...get(centre), ...both(numbers.reach + 8 * axis), ...op.add64, ...both(numbers.slack), ...op.add64],
  ...[...op.floor64, ...get(first), ...op.subtract64, ...op.atMost64],
];

const triangle: Code = [
  ...[...set(distance), ...op.zero, ...both(numbers.one), ...get(distance)],
  ...[...op.subtract64, ...op.larger64],
];

const d = get(distance);

/** See `catmullRom`. */
const cubic: Code = [
  ...set(distance),
  ...[...both(numbers.oneAndHalf), ...d, ...op.multiply64, ...both(numbers.twoAndHalf), ...op.subtract64],
  ...[...d, ...op.multiply64, ...d, ...op.multiply64, ...both(numbers.one), ...op.add64],
  ...[...both(numbers.twoAndHalf), ...both(numbers.half), ...d, ...op.multiply64, ...op.subtract64],
  ...[...d, ...op.multiply64, ...both(numbers.four), ...op.subtract64],
  ...[...d, ...op.multiply64, ...both(numbers.two), ...op.add64],
  ...[...d, ...both(numbers.two), ...op.less64, ...op.and],
  ...[...d, ...both(numbers.one), ...op.atMost64, ...op.select],
];
