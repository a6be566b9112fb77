import type { RasterArray, RasterData } from "@quadrat/core/base";
import type { AxisSpans } from "./axis-spans.js";
import type { ColumnBlock, ColumnPart } from "./columns.js";
import { sumValid, type ValidSum } from "./horizontal.js";
import type { Reduction, RowNulls } from "./reduced-row.js";

/**
 * Recomputes the cells of a reduced row that are NaN over their valid pixels; returns whether there were any, and
 * reports in `nulls` what is left of them.
 */
export type NullRepair = (
  values: Float64Array,
  nulls: RowNulls,
  sourceRow: number,
  windows: readonly RasterArray[],
) => boolean;

export function nullRepair(
  spans: AxisSpans,
  block: ColumnBlock,
  { squared, counts }: Reduction,
  fullWeights: Float64Array,
  fullCounts: Int32Array,
): NullRepair {
  const width = block.end - block.start;
  const [part] = block.parts;
  const plain = block.parts.length === 1 && part!.from === 0 && part!.count === width && part!.uniform > 0;
  if (plain && !squared && !counts) return plainRepair(part!, fullWeights);
  const valid: ValidSum = { sum: 0, weight: 0 };
  const broken = new Int32Array(width);

  function recount(nulls: RowNulls, count: number, sourceRow: number, windows: readonly RasterArray[]): void {
    nulls.counts.set(fullCounts);
    nulls.centres.fill(0);
    for (let k = 0; k < count; k++) nulls.counts[broken[k]!] = 0;
    for (const [p, part] of block.parts.entries()) {
      const { data, window } = windows[p]!;
      const base = (sourceRow - window.row) * window.width;
      for (let k = 0; k < count; k++) {
        const cell = broken[k]!;
        const i = cell - part.from;
        if (i < 0 || i >= part.count) continue;
        const first = base + part.begin[i]!;
        const end = first + part.length[i]!;
        let valid = 0;
        for (let pixel = first; pixel < end; pixel++) if (data[pixel] === data[pixel]) valid++;
        nulls.counts[cell]! += valid;
        const centre = base + spans.centre[block.start + cell]! - part.left;
        if (centre >= first && centre < end && Number.isNaN(data[centre]!)) nulls.centres[cell] = 1;
      }
    }
  }

  return (values, nulls, sourceRow, windows) => {
    let count = 0;
    for (let cell = 0; cell < width; cell++) if (values[cell] !== values[cell]) broken[count++] = cell;
    if (count === 0) return false;
    const { weights } = nulls;
    weights.set(fullWeights);
    for (let k = 0; k < count; k++) values[broken[k]!] = weights[broken[k]!] = 0;
    for (const [p, part] of block.parts.entries()) {
      const { data, window } = windows[p]!;
      const base = (sourceRow - window.row) * window.width;
      for (let k = 0; k < count; k++) {
        const cell = broken[k]!;
        const i = cell - part.from;
        if (i < 0 || i >= part.count || allNull(data, base + part.begin[i]!, part.length[i]!)) continue;
        sumValid(data, base, part, i, spans.weights, squared, valid);
        values[cell]! += valid.sum;
        weights[cell]! += valid.weight;
      }
    }
    if (counts) recount(nulls, count, sourceRow, windows);
    return true;
  };
}

/** The same if each cell has the same number of pixels, all with weight 1: the common case, in one pass. */
function plainRepair({ uniform, begin }: ColumnPart, fullWeights: Float64Array): NullRepair {
  const width = fullWeights.length;
  return (values, { weights }, sourceRow, windows) => {
    let cell = 0;
    while (cell < width && values[cell] === values[cell]) cell++;
    if (cell === width) return false;
    weights.set(fullWeights);
    const { data, window } = windows[0]!;
    let pixel = (sourceRow - window.row) * window.width + begin[0]! + cell * uniform;
    for (; cell < width; cell++, pixel += uniform) {
      if (values[cell] === values[cell]) continue;
      let sum = 0;
      let count = 0;
      for (let i = pixel, end = pixel + uniform; i < end; i++) {
        const value = data[i]!;
        if (value !== value) continue;
        sum += value;
        count++;
      }
      values[cell] = sum;
      weights[cell] = count;
    }
    return true;
  };
}

/** Whether a cell lies in a sea, as most cells that are NaN do. */
function allNull(data: RasterData, first: number, length: number): boolean {
  for (let pixel = first, end = first + length; pixel < end; pixel++) {
    if (data[pixel] === data[pixel]) return false;
  }
  return true;
}
