import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Grid, GridSpec, RasterData, RasterSource, ResamplingMethod } from "@quadrat/core/base";
import { expect } from "vitest";
import { createTransform, parseCrs } from "@quadrat/crs";
import { planResampling, resampleBand, type ResamplePlan } from "../../src/resample/index.js";

const shared = new URL("../../../../../shared/data/", import.meta.url);

export const hasSharedData = existsSync(shared);

export function sharedPath(path: string): string {
  return new URL(path, shared).pathname;
}

/** The columns of a CSV file of numbers; NaN where a field is empty or no number. */
export function readTable(path: string): Record<string, Float64Array> {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().trimEnd();
  const rows = text
    .replace(/"[^"]*"/g, "")
    .split(/\r?\n/)
    .map((line) => line.split(","));
  const [names, ...records] = rows as [string[], ...string[][]];
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      Float64Array.from(records, (record) => (record[i] ? Number(record[i]) : NaN)),
    ]),
  );
}

/** Resamples a whole grid in bands. */
export async function resampleAll(
  plan: ResamplePlan,
  windowPixels = 256 * 256,
  bandRows = 7,
): Promise<Float64Array> {
  const { width, height } = plan.grid;
  const out = new Float64Array(width * height);
  for (let row = 0; row < height; row += bandRows) {
    out.set(await resampleBand(plan, row, Math.min(height, row + bandRows), windowPixels), row * width);
  }
  return out;
}

/** As a run of the pipeline does it: with the source's CRS and the transform between the two. */
export function planWith(source: RasterSource, grid: Grid, method: ResamplingMethod): ResamplePlan {
  const crs = parseCrs(source.crs!);
  const transform = createTransform(parseCrs(grid.crs), crs);
  return planResampling({ source, grid, method, transform, geographicSource: crs.isGeographic });
}

export function spec(
  crs: string,
  bounds: GridSpec["bounds"],
  resolution: number | readonly [number, number],
): GridSpec {
  return { crs, bounds, resolution: typeof resolution === "number" ? [resolution, resolution] : resolution };
}

/** Checks that a table lists the grid's cells in order. */
export function expectCells(table: Record<string, Float64Array>, grid: Grid): void {
  expect(table.x).toHaveLength(grid.size);
  const [size] = grid.resolution;
  for (let cell = 0; cell < grid.size; cell++) {
    expect(Math.abs(table.x![cell]! - grid.x.centre(cell % grid.width))).toBeLessThan(size * 1e-6);
    expect(Math.abs(table.y![cell]! - grid.y.centre(Math.floor(cell / grid.width)))).toBeLessThan(
      size * 1e-6,
    );
  }
}

export interface Comparison {
  /** Cells with a value in both. */
  both: number;
  /** Cells with a value in one only. */
  nullsDiffer: number;
  worst: number;
  worstRelative: number;
  mean: number;
  /** Cells whose values are not equal. */
  unequal: number;
}

/** Compares values where `within` says so. */
export function compare(
  got: RasterData,
  want: RasterData,
  within: (cell: number) => boolean = () => true,
): Comparison {
  const result = { both: 0, nullsDiffer: 0, worst: 0, worstRelative: 0, mean: 0, unequal: 0 };
  for (let cell = 0; cell < want.length; cell++) {
    if (!within(cell)) continue;
    const [g, w] = [got[cell]!, want[cell]!];
    if (Number.isNaN(g) !== Number.isNaN(w)) result.nullsDiffer++;
    if (Number.isNaN(g) || Number.isNaN(w)) continue;
    const difference = Math.abs(g - w);
    result.both++;
    result.worst = Math.max(result.worst, difference);
    result.worstRelative = Math.max(result.worstRelative, difference / Math.max(Math.abs(w), 1e-300));
    result.mean += difference;
    if (difference > 0) result.unequal++;
  }
  result.mean /= Math.max(1, result.both);
  return result;
}
