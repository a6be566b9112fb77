import type { RasterData } from "@quadrat/core";
import type { ColumnBlock } from "./columns.js";
import { areaSum, rowMaximum, rowMinimum, squareSum } from "./horizontal.js";
import type { Reduction, ReducedRow, RowRing } from "./row-ring.js";
import type { AxisPair, RowFinisher } from "./separable.js";
import { columnMaximum, columnMinimum, weightedSum } from "./vertical.js";

type WeightedMethod = "average" | "rms" | "sum";

const reductions: Readonly<Record<WeightedMethod | "min" | "max", Reduction>> = {
  average: { reducer: areaSum, kind: "sum", squared: false, skipsNull: true },
  sum: { reducer: areaSum, kind: "sum", squared: false, skipsNull: true },
  rms: { reducer: squareSum, kind: "sum", squared: true, skipsNull: true },
  min: { reducer: rowMinimum, kind: "minimum", squared: false, skipsNull: true },
  max: { reducer: rowMaximum, kind: "maximum", squared: false, skipsNull: true },
};

/** average, rms and sum: pixels weighted by the area that the cell covers of them. */
export function areaFinisher(method: WeightedMethod, axes: AxisPair): RowFinisher {
  return {
    stages: [{ axes, reduction: reductions[method] }],
    start([ring], block) {
      const width = block.end - block.start;
      const sums = new Float64Array(width);
      const weights = weightSums(ring!, block);
      return (gridRow, out, offset) => {
        const { reduced, rowWeights } = rowsOf(axes, ring!, gridRow);
        weightedSum(
          reduced.map((row) => row.values),
          rowWeights,
          sums,
        );
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
export function extremeFinisher(method: "min" | "max", axes: AxisPair): RowFinisher {
  const columnExtreme = method === "min" ? columnMinimum : columnMaximum;
  return {
    stages: [{ axes, reduction: reductions[method] }],
    start([ring], block) {
      const extremes = new Float64Array(block.end - block.start);
      return (gridRow, out, offset) => {
        columnExtreme(
          rowsOf(axes, ring!, gridRow).reduced.map((row) => row.values),
          extremes,
        );
        out.set(extremes, offset);
      };
    },
  };
}

/** The reduced rows of a grid row with their weights. */
export function rowsOf({ rows }: AxisPair, ring: RowRing, gridRow: number) {
  const run = rows.first[gridRow]!;
  const start = rows.start[run]!;
  const reduced = Array.from({ length: rows.end[run]! - start }, (_, k) => ring.row(start + k));
  const rowWeights = rows.weights.subarray(rows.offset[run]!, rows.offset[run]! + reduced.length);
  return { reduced, rowWeights };
}

/**
 * The weights of the valid pixels of each cell. Where no pixel is null they are the same for all grid rows with the
 * same weights, and are computed once: by the same operations, so that a null elsewhere changes no bit of them.
 */
export function weightSums(ring: RowRing, block: ColumnBlock) {
  const full = new Float64Array(block.end - block.start);
  const partial = new Float64Array(full.length);
  let known: Float64Array | undefined;
  return (reduced: readonly ReducedRow[], rowWeights: Float64Array): Float64Array => {
    if (reduced.some((row) => !row.complete)) {
      weightedSum(
        reduced.map((row) => (row.complete ? ring.fullWeights : row.weights)),
        rowWeights,
        partial,
      );
      return partial;
    }
    if (!known || known.length !== rowWeights.length || known.some((weight, k) => weight !== rowWeights[k])) {
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
