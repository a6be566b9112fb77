import type { RasterData } from "@quadrat/core/base";
import type { AxisPair } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import type { DirectWriter } from "./separable.js";

/**
 * The mean or the sum of cells that cover the same number of whole pixels, directly from the pixels. The operations and
 * their order are those along rows first and then down columns, without the weights of 1, so that not a bit differs.
 */
export function wholePixels(
  { rows }: AxisPair,
  { parts }: ColumnBlock,
  mean: boolean,
): DirectWriter | undefined {
  const [part] = parts;
  if (!part || parts.length > 1 || part.uniform === 0) return undefined;
  const { uniform, count, from } = part;
  return {
    fits(gridRow) {
      const run = rows.first[gridRow]!;
      const offset = rows.offset[run]!;
      for (let k = rows.end[run]! - rows.start[run]! - 1; k >= 0; k--) {
        if (rows.weights[offset + k] !== 1) return false;
      }
      return true;
    },
    write(gridRow, { windows }, out, offset) {
      const { data, window } = windows[0]!;
      const run = rows.first[gridRow]!;
      const first = (rows.start[run]! - window.row) * window.width + part.begin[0]!;
      const height = rows.end[run]! - rows.start[run]!;
      const shape = { stride: window.width, width: uniform, height, mean };
      if (uniform === 2 && height === 2) pairs(data, first, shape, count, out, offset + from);
      else rectangles(data, first, shape, count, out, offset + from);
    },
  };
}

interface Shape {
  /** Pixels per row of the window. */
  readonly stride: number;
  /** Pixels of a cell. */
  readonly width: number;
  readonly height: number;
  readonly mean: boolean;
}

function pairs(
  data: RasterData,
  first: number,
  shape: Shape,
  count: number,
  out: RasterData,
  offset: number,
): void {
  const weight = shape.mean ? 0.25 : 1;
  const end = (offset + count) | 0;
  for (let to = offset | 0, a = first | 0, b = (first + shape.stride) | 0; to < end; to++, a += 2, b += 2) {
    const p = data[a]!;
    const q = data[a + 1]!;
    const r = data[b]!;
    const s = data[b + 1]!;
    const sum = p + q + (r + s);
    if (sum === sum) out[to] = sum * weight;
    else if (p !== p && q !== q && r !== r && s !== s) out[to] = NaN;
    else out[to] = withoutNulls(data, a, shape);
  }
}

function rectangles(
  data: RasterData,
  first: number,
  shape: Shape,
  count: number,
  out: RasterData,
  offset: number,
): void {
  const { stride, width, height, mean } = shape;
  const pixels = width * height;
  for (let i = 0, left = first; i < count; i++, left += width) {
    let sum = 0;
    for (let row = 0, start = left; row < height; row++, start += stride) {
      let across = data[start]!;
      for (let pixel = start + 1, end = start + width; pixel < end; pixel++) across += data[pixel]!;
      sum = row === 0 ? across : sum + across;
    }
    if (sum !== sum) out[offset + i] = withoutNulls(data, left, shape);
    else out[offset + i] = mean ? sum / pixels : sum;
  }
}

/** The same for one cell over the pixels that are not null; NaN if all are. */
function withoutNulls(data: RasterData, left: number, { stride, width, height, mean }: Shape): number {
  let sum = 0;
  let weight = 0;
  for (let row = 0, start = left; row < height; row++, start += stride) {
    const end = start + width;
    let across = data[start]!;
    for (let pixel = start + 1; pixel < end; pixel++) across += data[pixel]!;
    let valid = width;
    if (across !== across) {
      across = valid = 0;
      for (let pixel = start; pixel < end; pixel++) {
        const value = data[pixel]!;
        if (value !== value) continue;
        across += value;
        valid++;
      }
    }
    sum = row === 0 ? across : sum + across;
    weight += valid;
  }
  if (weight === 0) return NaN;
  return mean ? sum / weight : sum;
}
