import type { RasterData } from "@quadrat/core/base";
import type { ColumnPart } from "./columns.js";

/**
 * Reduces the pixels of one source row to one value per cell: `out[i]` for the part's cell `i`, from the row that
 * begins at `data[base]`. The value is NaN if any pixel is.
 */
export type RowReducer = (
  data: RasterData,
  base: number,
  part: ColumnPart,
  weights: Float64Array,
  out: Float64Array,
) => void;

/** Sums with weights that are 1 except at the ends of a run, as areas are. */
export const areaSum: RowReducer = (data, base, { uniform, begin, length, offset, count }, weights, out) => {
  if (uniform > 0) return plainSum(data, base + begin[0]!, uniform, count, out);
  for (let i = 0; i < count; i++) {
    let pixel = base + begin[i]!;
    const last = pixel + length[i]! - 1;
    const k = offset[i]!;
    let sum = weights[k]! * data[pixel]!;
    if (last > pixel) {
      const tail = weights[k + last - pixel]! * data[last]!;
      for (pixel++; pixel < last; pixel++) sum += data[pixel]!;
      sum += tail;
    }
    out[i] = sum;
  }
};

function plainSum(data: RasterData, base: number, length: number, count: number, out: Float64Array): void {
  let pixel = base;
  if (length === 2) {
    for (let i = 0; i < count; i++, pixel += 2) out[i] = data[pixel]! + data[pixel + 1]!;
    return;
  }
  for (let i = 0; i < count; i++) {
    const end = pixel + length;
    let sum = data[pixel]!;
    for (pixel++; pixel < end; pixel++) sum += data[pixel]!;
    out[i] = sum;
  }
}

/** Sums of squares, with any weights. */
export const squareSum: RowReducer = (data, base, { begin, length, offset, count }, weights, out) => {
  for (let i = 0; i < count; i++) {
    const from = base + begin[i]!;
    const k = offset[i]!;
    let sum = 0;
    for (let j = 0; j < length[i]!; j++) sum += weights[k + j]! * data[from + j]! * data[from + j]!;
    out[i] = sum;
  }
};

/** Sums with any weights. */
export const kernelSum: RowReducer = (data, base, { begin, length, offset, count }, weights, out) => {
  for (let i = 0; i < count; i++) {
    let pixel = base + begin[i]!;
    let k = offset[i]!;
    const end = k + length[i]!;
    let sum = weights[k]! * data[pixel]!;
    for (k++; k < end; k++) sum += weights[k]! * data[++pixel]!;
    out[i] = sum;
  }
};

/** The minimum; NaN only if every pixel is. */
export const rowMinimum: RowReducer = (data, base, { begin, length, count }, _weights, out) => {
  for (let i = 0; i < count; i++) {
    let pixel = base + begin[i]!;
    const end = pixel + length[i]!;
    let least = data[pixel]!;
    for (pixel++; pixel < end; pixel++) {
      const value = data[pixel]!;
      if (value < least || least !== least) least = value;
    }
    out[i] = least;
  }
};

/** The maximum; NaN only if every pixel is. */
export const rowMaximum: RowReducer = (data, base, { begin, length, count }, _weights, out) => {
  for (let i = 0; i < count; i++) {
    let pixel = base + begin[i]!;
    const end = pixel + length[i]!;
    let greatest = data[pixel]!;
    for (pixel++; pixel < end; pixel++) {
      const value = data[pixel]!;
      if (value > greatest || greatest !== greatest) greatest = value;
    }
    out[i] = greatest;
  }
};

/** The weighted sum of the valid pixels of a run, and the sum of their weights. */
export interface ValidSum {
  sum: number;
  weight: number;
}

/** The same sum as in the reducers above, in the same order, over the pixels that are not NaN. */
export function sumValid(
  data: RasterData,
  base: number,
  { begin, length, offset }: ColumnPart,
  i: number,
  weights: Float64Array,
  squared: boolean,
  result: ValidSum,
): void {
  const from = base + begin[i]!;
  const k = offset[i]!;
  let sum = 0;
  let weight = 0;
  for (let j = 0; j < length[i]!; j++) {
    const value = data[from + j]!;
    if (value !== value) continue;
    sum += squared ? weights[k + j]! * value * value : weights[k + j]! * value;
    weight += weights[k + j]!;
  }
  result.sum = sum;
  result.weight = weight;
}
