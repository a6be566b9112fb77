import type { RasterArray, RasterSource, ReadHints } from "@quadrat/core/base";
import type { ColumnBlock } from "../separable/columns.js";
import { fitsFloat32 } from "../methods/methods.js";
import { borrowWindow, returnWindow } from "./window-buffers.js";

/**
 * Whole source rows `[top, bottom)` of a block, one window for each of its parts, valid until the next strip is requested.
 */
export interface Strip {
  readonly top: number;
  readonly bottom: number;
  readonly windows: readonly RasterArray[];
}

export interface StripOptions {
  /** The maximum number of pixels read at once, unless one row has more. */
  readonly pixels: number;
  /** Which of the blocks under these rows other strips, of this or another band, need; all of them by default. */
  readonly keep?: ((top: number, bottom: number) => ReadHints["keep"]) | undefined;
}

/** This many pixels at once are enough if the file's blocks have no more. */
const enoughPixels = 1 << 20;

/**
 * Reads source rows `[top, bottom)` of a block from north to south in strips, which end where the file's own blocks end if
 * that is possible.
 */
export async function* readStrips(
  source: RasterSource,
  block: ColumnBlock,
  top: number,
  bottom: number,
  { pixels, keep }: StripOptions,
): AsyncGenerator<Strip> {
  const rowsOf = (count: number): number => Math.max(1, Math.floor(count / block.width));
  const blockHeight = source.blockSize.height;
  const most = Math.min(bottom - top, rowsOf(pixels), Math.max(rowsOf(enoughPixels), blockHeight));
  const rowBytes = most * (fitsFloat32(source.dataType) ? 4 : 8);
  const buffers: ArrayBuffer[] = [];
  try {
    for (let row = top; row < bottom;) {
      const wanted = Math.max(rowsOf(enoughPixels), blockHeight - (row % blockHeight));
      let end = Math.min(bottom, row + most, row + wanted);
      const aligned = end - (end % blockHeight);
      if (end < bottom && aligned > row) end = aligned;
      const windows: RasterArray[] = [];
      for (const [p, { left, right }] of block.parts.entries()) {
        const window = { col: left, row, width: right - left, height: end - row };
        const buffer = (buffers[p] ??= borrowWindow(window.width * rowBytes));
        windows.push(await source.read(window, { buffer, keep: keep?.(row, end) }));
      }
      yield { top: row, bottom: end, windows };
      row = end;
    }
  } finally {
    for (const buffer of buffers) returnWindow(buffer);
  }
}

/** The source columns to read at once, so that `pixels` pixels cover a whole block of the file. */
export function stripWidth(source: RasterSource, rows: number, pixels: number): number {
  return Math.floor(pixels / Math.max(1, Math.min(source.blockSize.height, rows)));
}
