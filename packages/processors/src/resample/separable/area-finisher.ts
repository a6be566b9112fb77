import type { RasterData } from "@quadrat/core/base";
import type { AxisPair } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import { areaSum, rowMaximum, rowMinimum, squareSum } from "./horizontal.js";
import type { Reduction, ReducedRow } from "./reduced-row.js";
import type { RowRing } from "./row-ring.js";
import type { RingFinisher } from "./ring-finisher.js";
import { columnMaximum, columnMinimum, weightedSum } from "./vertical.js";
import { wholePixels } from "./whole-pixels.js";

type WeightedMethod = "average" | "rms" | "sum";

const reductions: Readonly<Record<WeightedMethod | "min" | "max", Reduction>> = {
  average: { reducer: areaSum, kind: "sum", squared: false, skipsNull: true, counts: false },
  sum: { reducer: areaSum, kind: "sum", squared: false, skipsNull: true, counts: false },
  rms: { reducer: squareSum, kind: "sum", squared: true, skipsNull: true, counts: false },
  min: { reducer: rowMinimum, kind: "minimum", squared: false, skipsNull: true, counts: false },
  max: { reducer: rowMaximum, kind: "maximum", squared: false, skipsNull: true, counts: false },
};

/** average, rms and sum: pixels weighted by the area of them that the cell covers. */
export function areaFinisher(method: WeightedMethod, axes: AxisPair): RingFinisher {
  return {
    stages: [{ axes, reduction: reductions[method] }],
    means: method === "average",
    direct: (block) => (method === "rms" ? undefined : wholePixels(axes, block, method === "average")),
    start([ring], block) {
      const width = block.end - block.start;
      const sums = new Float64Array(width);
      const weights = weightSums(ring!, block);
      const collect = rowCollector(axes, ring!);
      return (gridRow, out, offset) => {
        const { reduced, values, rowWeights } = collect(gridRow);
        weightedSum(values, rowWeights, sums);
        finish(method, sums, weights(reduced, rowWeights), out, offset);
      };
    },
  };
}

function finish(
  method: WeightedMethod,
  sums: Float64Array,
  weights: Float64Array,
  out: RasterData,
  offset: number,
): void {
  for (let i = 0; i < sums.length; i++) {
    const weight = weights[i]!;
    if (!(weight > 0)) out[offset + i] = NaN;
    else if (method === "sum") out[offset + i] = sums[i]!;
    else if (method === "average") out[offset + i] = sums[i]! / weight;
    else out[offset + i] = Math.sqrt(sums[i]! / weight);
  }
}

/** min and max: over the pixels that the cell touches. */
export function extremeFinisher(method: "min" | "max", axes: AxisPair): RingFinisher {
  const columnExtreme = method === "min" ? columnMinimum : columnMaximum;
  return {
    stages: [{ axes, reduction: reductions[method] }],
    start([ring], block) {
      const extremes = new Float64Array(block.end - block.start);
      const collect = rowCollector(axes, ring!);
      return (gridRow, out, offset) => {
        columnExtreme(collect(gridRow).values, extremes);
        out.set(extremes, offset);
      };
    },
  };
}

/** Collects the reduced rows of a grid row with their weights, in arrays that the next call overwrites. */
export function rowCollector({ rows }: AxisPair, ring: RowRing) {
  const reduced: ReducedRow[] = [];
  const values: Float64Array[] = [];
  return (gridRow: number) => {
    const run = rows.first[gridRow]!;
    const start = rows.start[run]!;
    const count = rows.end[run]! - start;
    reduced.length = values.length = count;
    for (let k = 0; k < count; k++) {
      const row = ring.row(start + k);
      reduced[k] = row;
      values[k] = row.values;
    }
    return {
      reduced,
      values,
      rowWeights: rows.weights.subarray(rows.offset[run], rows.offset[run]! + count),
    };
  };
}

/**
 * The weights of the valid pixels of each cell. If no pixel is null they are the same for all grid rows with the
 * same weights, and are computed once, by the same operations, so that a null elsewhere does not change a bit of
 * them.
 */
export function weightSums(ring: RowRing, block: ColumnBlock) {
  const full = new Float64Array(block.end - block.start);
  const partial = new Float64Array(full.length);
  let known: Float64Array | undefined;
  return (reduced: readonly ReducedRow[], rowWeights: Float64Array): Float64Array => {
    if (!noNulls(reduced)) {
      weightedSum(
        reduced.map((row) => row.nulls?.weights ?? ring.fullWeights),
        rowWeights,
        partial,
      );
      return partial;
    }
    if (!known || !equal(known, rowWeights)) {
      known = rowWeights;
      weightedSum(
        reduced.map(() => ring.fullWeights),
        rowWeights,
        full,
      );
    }
    return full;
  };
}

export function noNulls(rows: readonly ReducedRow[]): boolean {
  for (const row of rows) if (row.nulls) return false;
  return true;
}

function equal(p: Float64Array, q: Float64Array): boolean {
  if (p.length !== q.length) return false;
  for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) return false;
  return true;
}
