import type { RasterSource } from "@quadrat/core/base";
import type { ResamplePlan } from "../resample/index.js";
import { AlignedTotal } from "./aligned-total.js";
import { sumOf } from "./exact-sum.js";
import { OutlineTotal } from "./outline-total.js";
import type { SourceTotal } from "./row-sums.js";

export type { SourceTotal } from "./row-sums.js";

/** Adds up a raster inside of a grid, by rows of the grid: all rows together have each pixel once. */
export interface SourceCounter {
  /** The raster, to be read through: what is read between {@link begin} and {@link end} need not be read again. */
  readonly source: RasterSource;
  begin(rowStart: number, rowEnd: number): void;
  /** @param pixels the maximum number of pixels read at once */
  end(pixels: number): Promise<SourceTotal>;
}

export function countSource(raster: RasterSource, crs: string, plan: ResamplePlan): SourceCounter {
  return plan.axes ? new AlignedTotal(raster, plan) : new OutlineTotal(raster, crs, plan.grid);
}

/** The total of some rows of the grid, of which nothing has been read yet. */
export async function sourceTotalOf(
  counter: SourceCounter,
  rowStart: number,
  rowEnd: number,
  pixels: number,
): Promise<SourceTotal> {
  counter.begin(rowStart, rowEnd);
  return counter.end(pixels);
}

/** Totals of parts of a raster as one. */
export function joinTotals(totals: readonly SourceTotal[]): SourceTotal {
  const unknown = totals.find((total) => total.unknown !== undefined)?.unknown;
  const { parts } = sumOf(totals.map((total) => total.parts));
  const magnitude = totals.reduce((sum, total) => sum + total.magnitude, 0);
  return { parts: [...parts], magnitude, ...(unknown !== undefined && { unknown }) };
}
