import { op, type Code, type FunctionSource } from "../wasm-module.js";

/**
 * What one source row leaves of two neighbouring cells, in vectors of two float64: the weighted sum of the valid pixels,
 * the sum of their weights, the pixel under the centre, and, where they are counted, how many they are.
 */
export const pairBytes = 64;

export interface KernelShape {
  /** Pixels of a cell along the row. */
  readonly taps: number;
  /** Pixels from one cell to the next. */
  readonly stride: number;
  /** The place among the taps of the pixel under the centre. */
  readonly centre: number;
}

const { get, set, tee, constant, add, lessUnsigned, loop } = op;

const advance = (variable: number, bytes: number): Code => [
  ...get(variable),
  ...constant(bytes),
  ...add,
  ...set(variable),
];

/**
 * `(pixels, weights, to, end)`: reduces a row of pixels of `bytes` bytes to pairs of cells at `to`. The operations and their
 * order are those of {@link kernelSum} where all pixels are valid, and of {@link sumValid} where some are not: these start
 * from 0, which can only turn a sum of -0 into 0.
 */
export function acrossCode(
  { taps, stride, centre }: KernelShape,
  bytes: 4 | 8,
  counted: boolean,
): FunctionSource {
  const [pixels, weights, to, end] = [0, 1, 2, 3] as const;
  const [pixel, valid, weight, sum, total, count, all, middle] = [4, 5, 6, 7, 8, 9, 10, 11] as const;
  const accumulate = (first: boolean, variable: number, value: Code): Code =>
    first ? [...value, ...set(variable)] : [...get(variable), ...value, ...op.add64, ...set(variable)];
  const tap = (k: number): Code => [
    ...[...get(pixels), ...get(pixels), ...op.loadFirst(bytes, bytes * k)],
    ...[...op.loadSecond(bytes, bytes * (k + stride)), ...(bytes === 4 ? op.promote : []), ...set(pixel)],
    ...[...get(pixel), ...get(pixel), ...op.equal64, ...set(valid)],
    ...[...get(weights), ...op.loadAt(16 * k), ...set(weight)],
    ...accumulate(k === 0, sum, [
      ...[...get(weight), ...get(pixel), ...get(valid), ...op.and],
      ...op.multiply64,
    ]),
    ...accumulate(k === 0, total, [...get(weight), ...get(valid), ...op.and]),
    ...(counted ? accumulate(k === 0, count, [...op.float64s(1), ...get(valid), ...op.and]) : []),
    ...(k === 0 ? get(valid) : [...get(all), ...get(valid), ...op.and]),
    ...set(all),
    ...(k === centre ? [...get(pixel), ...set(middle)] : []),
  ];
  const body: Code = loop([
    ...Array.from({ length: taps }, (_, k) => tap(k)).flat(),
    ...[...get(to), ...get(sum), ...op.float64s(-0), ...get(all), ...op.and, ...op.add64, ...op.store()],
    ...[...get(to), ...get(total), ...op.store(16)],
    ...[...get(to), ...get(middle), ...op.store(32)],
    ...(counted ? [...get(to), ...get(count), ...op.store(48)] : []),
    ...advance(pixels, 2 * stride * bytes),
    ...advance(weights, 16 * taps),
    ...[...advance(to, pairBytes), ...get(to), ...get(end), ...lessUnsigned],
  ]);
  return { parameters: 4, integers: 0, vectors: 8, body };
}

/**
 * `(row, row, ..., centre, weights, to, end)`: the weighted means of the cells of `rows` reduced rows, NaN where the pixel
 * under the centre is, the weights are below `leastWeight` or the valid pixels fewer than `leastCount`. `weights` are float64.
 */
export function downCode(rows: number, leastWeight: number, leastCount: number): FunctionSource {
  const [centre, weights, to, end] = [rows, rows + 1, rows + 2, rows + 3] as const;
  const [total, middle] = [rows + 4, rows + 5] as const;
  const sumOf = (offset: number, weighted: boolean): Code =>
    Array.from({ length: rows }, (_, k) => [
      ...[...get(k), ...op.loadAt(offset)],
      ...(weighted ? [...get(weights), ...op.loadBoth64(8 * k), ...op.multiply64] : []),
      ...(k === 0 ? [] : op.add64),
    ]).flat();
  const body: Code = loop([
    ...get(to),
    ...[...sumOf(0, true), ...sumOf(16, true), ...tee(total), ...op.divide64],
    ...op.float64s(NaN),
    ...[...get(total), ...op.float64s(leastWeight), ...op.atLeast64],
    ...[...get(centre), ...op.loadAt(32), ...tee(middle), ...get(middle), ...op.equal64, ...op.and],
    ...(leastCount > 0 ? [...sumOf(48, false), ...op.float64s(leastCount), ...op.atLeast64, ...op.and] : []),
    ...[...op.select, ...op.store()],
    ...Array.from({ length: rows + 1 }, (_, k) => advance(k, pairBytes)).flat(),
    ...[...advance(to, 16), ...get(to), ...get(end), ...lessUnsigned],
  ]);
  return { parameters: rows + 4, integers: 0, vectors: 2, body };
}
