import {
  advance,
  doWhile,
  f64x2,
  i32,
  local,
  v128,
  type Code,
  type FunctionSource,
} from "@quadrat/core/wasm";
import { addAll, loadTwo } from "./pairs-code.js";

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

const { get, set, tee } = local;

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
    set(variable, first ? value : f64x2.add(get(variable), value));
  const tap = (k: number): Code => [
    ...set(pixel, loadTwo(bytes, [get(pixels), bytes * k], [get(pixels), bytes * (k + stride)])),
    ...set(valid, f64x2.eq(get(pixel), get(pixel))),
    ...set(weight, v128.load(16 * k, get(weights))),
    ...accumulate(k === 0, sum, f64x2.mul(get(weight), v128.and(get(pixel), get(valid)))),
    ...accumulate(k === 0, total, v128.and(get(weight), get(valid))),
    ...(counted ? accumulate(k === 0, count, v128.and(f64x2.const(1), get(valid))) : []),
    ...set(all, k === 0 ? get(valid) : v128.and(get(all), get(valid))),
    ...(k === centre ? set(middle, get(pixel)) : []),
  ];
  const body: Code = doWhile(
    Array.from({ length: taps }, (_, k) => tap(k)).flat(),
    v128.store(0, get(to), f64x2.add(get(sum), v128.and(f64x2.const(-0), get(all)))),
    v128.store(16, get(to), get(total)),
    v128.store(32, get(to), get(middle)),
    counted ? v128.store(48, get(to), get(count)) : [],
    advance(pixels, 2 * stride * bytes),
    advance(weights, 16 * taps),
    advance(to, pairBytes),
    i32.ltU(get(to), get(end)),
  );
  return { parameters: 4, variables: { v128: 8 }, body };
}

/**
 * `(row, row, ..., centre, weights, to, end)`: the weighted means of the cells of `rows` reduced rows, NaN where the pixel
 * under the centre is, the weights are below `leastWeight` or the valid pixels fewer than `leastCount`. `weights` are float64.
 */
export function downCode(rows: number, leastWeight: number, leastCount: number): FunctionSource {
  const [centre, weights, to, end] = [rows, rows + 1, rows + 2, rows + 3] as const;
  const [total, middle] = [rows + 4, rows + 5] as const;
  const sumOf = (offset: number, weighted: boolean): Code => {
    const term = (k: number): Code => {
      const value = v128.load(offset, get(k));
      return weighted ? f64x2.mul(value, v128.load64Splat(8 * k, get(weights))) : value;
    };
    return addAll(rows, term);
  };
  const enough = v128.and(
    f64x2.ge(get(total), f64x2.const(leastWeight)),
    f64x2.eq(tee(middle, v128.load(32, get(centre))), get(middle)),
  );
  const body: Code = doWhile(
    v128.store(
      0,
      get(to),
      v128.bitselect(
        f64x2.div(sumOf(0, true), tee(total, sumOf(16, true))),
        f64x2.const(NaN),
        leastCount > 0 ? v128.and(enough, f64x2.ge(sumOf(48, false), f64x2.const(leastCount))) : enough,
      ),
    ),
    Array.from({ length: rows + 1 }, (_, k) => advance(k, pairBytes)).flat(),
    advance(to, 16),
    i32.ltU(get(to), get(end)),
  );
  return { parameters: rows + 4, variables: { v128: 2 }, body };
}
