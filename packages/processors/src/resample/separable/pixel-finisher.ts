import type { RasterSource } from "@quadrat/core/base";
import { fitsFloat32 } from "../methods/methods.js";
import type { PixelMethod } from "../methods/pixel-kernels.js";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import { pixelCells } from "./pixel-cells.js";
import type { RowFinisher } from "./separable.js";

/** Beyond this many bytes of source rows they are not kept for a grid row. */
const mostBytes = 1 << 23;
/** The maximum number of pixels of a cell, which the kernels look at one by one. */
const mostPixels = 4096;
/** The same where the values of a cell may all differ. */
const mostDifferent = 1024;

/**
 * mode, quantiles, min, max and rms by the kernels, which look at all pixels of a cell.
 * @returns undefined if cells have too many pixels for that
 */
export function pixelFinisher(
  method: PixelMethod,
  axes: AxisPair,
  { dataType, width }: Pick<RasterSource, "dataType" | "width">,
): RowFinisher | undefined {
  const pixels = mostUnderCell(axes.rows) * mostUnderCell(axes.columns);
  const most = method === "mode" ? mostDifferent : mostPixels;
  if (pixels > most || !fitsInRows(axes, { dataType, width })) return undefined;
  return {
    axes,
    cells: (block, capacity) => [pixelCells(method, axes, block, capacity, dataType)],
  };
}

/** Whether the source rows of a grid row are few enough to be kept for it. */
export function fitsInRows(
  { rows }: AxisPair,
  { dataType, width }: Pick<RasterSource, "dataType" | "width">,
): boolean {
  return mostUnderCell(rows) * width * (fitsFloat32(dataType) ? 4 : 8) <= mostBytes;
}

function mostUnderCell({ count, first, start, end }: AxisSpans): number {
  let most = 0;
  for (let cell = 0; cell < count; cell++) {
    let pixels = 0;
    for (let run = first[cell]!; run < first[cell + 1]!; run++) pixels += end[run]! - start[run]!;
    most = Math.max(most, pixels);
  }
  return most;
}
