import type { Survey } from "./survey.js";
import type { PixelMap } from "./pixel-map.js";

/**
 * Cells per pixel along the source's columns and rows, by which the kernels are scaled: below 1 they are
 * widened.
 */
export interface KernelScale {
  readonly x: number;
  readonly y: number;
  /** True if the kernel covers only the nearest pixels, its plain form. */
  readonly plain: boolean;
}

/** From this scale on a kernel is not widened. */
const plainScale = 0.95;

/**
 * GDAL's scale for a grid that is warped in one piece: the number of cells over the number of pixels that the grid
 * spans, limited by the raster's far border. A ratio near a whole number of pixels is taken as whole.
 *
 * If the raster fills less than half of what the grid spans, GDAL warps a grid of more than 100 cells in pieces,
 * each with its own scale; here one scale applies to all, that of a typical cell on the raster.
 */
export function kernelScale(survey: Survey, map: PixelMap, columns: number, rows: number): KernelScale {
  const [left, top, right, bottom] = survey.pixelBounds ?? [0, 0, map.width, map.height];
  const spanX = spanned(left, right, map.width);
  const spanY = spanned(top, bottom, map.height);
  const share = (spanX.covered * spanY.covered) / Math.max(1, (right - left) * (bottom - top));
  const local = (share < 0.5 && (columns > 100 || rows > 100)) || beyondOneTurn(survey, map);
  const x = nearWhole(local ? 1 / survey.cellSize[0] : columns / spanX.raw);
  const y = nearWhole(local ? 1 / survey.cellSize[1] : rows / spanY.raw);
  return { x, y, plain: x >= plainScale && y >= plainScale };
}

function spanned(low: number, high: number, size: number): { raw: number; covered: number } {
  const from = Math.trunc(Math.max(0, low));
  return {
    raw: Math.max(0, Math.min(size - from, high - low)),
    covered: Math.max(0, Math.min(Math.ceil(high), size) - from),
  };
}

/** True if a part of the grid meets the source only after another turn of longitude. */
function beyondOneTurn({ pixelBounds }: Survey, { turn, width, height }: PixelMap): boolean {
  if (!turn || !pixelBounds) return false;
  const [left, top, right, bottom] = pixelBounds;
  const outsideX = Math.max(-left, right - width);
  const outsideY = Math.max(-top, bottom - height);
  return [-1, 1].some(
    (k) =>
      Math.min(right + k * turn.x, width) - Math.max(left + k * turn.x, 0) > 1 &&
      Math.min(bottom + k * turn.y, height) - Math.max(top + k * turn.y, 0) > 1 &&
      (outsideX > 1 || outsideY > 1),
  );
}

function nearWhole(scale: number): number {
  if (!(scale > 0 && scale < 1)) return scale > 1 && scale < Infinity ? scale : 1;
  const pixels = Math.round(1 / scale);
  return Math.abs(1 / scale - pixels) < 0.05 ? 1 / pixels : scale;
}
