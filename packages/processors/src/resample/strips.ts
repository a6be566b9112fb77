import type { RasterArray, RasterSource } from "@quadrat/core/base";
import type { ColumnBlock } from "./columns.js";

/** Whole source rows `[top, bottom)` of a block, one window for each of its parts. */
export interface Strip {
  readonly top: number;
  readonly bottom: number;
  readonly windows: readonly RasterArray[];
}

/**
 * Reads source rows `[top, bottom)` of a block from north to south in strips of at most `pixels` pixels (or one row),
 * which end where the file's own blocks end if that is possible.
 */
export async function* readStrips(
  source: RasterSource,
  block: ColumnBlock,
  top: number,
  bottom: number,
  pixels: number,
): AsyncGenerator<Strip> {
  const most = Math.max(1, Math.floor(pixels / block.width));
  const blockHeight = source.blockSize.height;
  for (let row = top; row < bottom;) {
    let end = Math.min(bottom, row + most);
    const aligned = end - (end % blockHeight);
    if (end < bottom && aligned > row) end = aligned;
    const windows: RasterArray[] = [];
    for (const { left, right } of block.parts) {
      windows.push(await source.read({ col: left, row, width: right - left, height: end - row }));
    }
    yield { top: row, bottom: end, windows };
    row = end;
  }
}

/** The source columns to read at once, so that `pixels` pixels reach over a whole block of the file. */
export function stripWidth(source: RasterSource, rows: number, pixels: number): number {
  return Math.floor(pixels / Math.max(1, Math.min(source.blockSize.height, rows)));
}
