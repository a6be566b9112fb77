import { Mask, type DatasetConfig, type Grid, type RasterSource, type StageContext } from "@quadrat/core";
import type { InputFiles, MaskConfig } from "@quadrat/core/host";
import { rasterExtent } from "../grid/extent.js";
import { closeInputs, openInput, rasterDefaults } from "../inputs/open-input.js";
import { bandEnd, resampleBand, type ResamplePlan } from "../resample/index.js";
import { overlapError, planFor } from "../staging/plan.js";
import { keptBytes } from "../staging/useful-cache.js";
import type { FoundMask } from "./found-mask.js";

/** Cells of the grid that are looked at together. */
const mostCells = { aligned: 1 << 20, others: 1 << 19 };

/** The cells under whose centre a raster has a value that is not 0. */
export async function rasterMask(
  { path, band = 1, crs }: MaskConfig,
  grid: Grid,
  { registry, sizes, signal }: StageContext,
): Promise<{ readonly found: FoundMask; readonly files: InputFiles }> {
  const dataset: DatasetConfig = { ...rasterDefaults, path, band, ...(crs !== undefined && { crs }) };
  const input = await openInput("mask", dataset, registry);
  try {
    if (input.source.kind !== "raster") throw new Error("a mask is not a raster");
    const { raster } = input.source;
    const { plan, warnings } = planFor(raster, input.crs!, grid, "near");
    if (!plan.overlaps) throw overlapError(path, rasterExtent(raster), input.crs!, grid);
    const mask = await maskOf(raster, plan, grid, sizes.windowSize, signal);
    const found = {
      mask,
      warnings: [...(input.warnings ?? []), ...raster.warnings, ...warnings],
      used: raster.files,
    };
    return { found, files: input.files! };
  } finally {
    await closeInputs([input]);
  }
}

async function maskOf(
  raster: RasterSource,
  plan: ResamplePlan,
  grid: Grid,
  windowSize: number,
  signal: AbortSignal,
): Promise<Mask> {
  const { width, height } = grid;
  const { add, build } = Mask.builder(grid);
  raster.limitCache?.(keptBytes(raster, plan, windowSize));
  for (let rowStart = 0; rowStart < height;) {
    signal.throwIfAborted();
    const rowEnd = bandEnd(plan, rowStart, windowSize, mostCells);
    const values = await resampleBand(plan, rowStart, rowEnd, windowSize ** 2);
    for (let row = rowStart, at = 0; row < rowEnd; row++) {
      for (let column = 0; column < width; column++, at++) {
        const value = values[at]!;
        if (value !== 0 && !Number.isNaN(value)) add(row, column, column + 1);
      }
    }
    rowStart = rowEnd;
  }
  return build();
}
