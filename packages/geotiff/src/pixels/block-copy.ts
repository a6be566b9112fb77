import type { RasterData, Window } from "@quadrat/core/base";
import type { ImageLayout } from "./layout.js";
import type { Samples } from "./samples.js";

/** The part of a block that lies in a window, in pixels of the image. */
export function overlap(layout: ImageLayout, block: number, window: Window) {
  const { blockWidth, blockHeight, blocksAcross } = layout;
  const blockLeft = (block % blocksAcross) * blockWidth;
  const blockTop = Math.floor(block / blocksAcross) * blockHeight;
  const left = Math.max(blockLeft, window.col);
  const right = Math.min(blockLeft + blockWidth, window.col + window.width);
  const top = Math.max(blockTop, window.row);
  const bottom = Math.min(blockTop + blockHeight, window.row + window.height);
  return { blockLeft, blockTop, left, right, top, bottom };
}

/** Whether the whole part of a block that belongs to the image lies in the window. */
export function isInside(layout: ImageLayout, block: number, window: Window): boolean {
  const { blockWidth, blockHeight, width, height } = layout;
  const { blockLeft, blockTop, left, right, top, bottom } = overlap(layout, block, window);
  const whole = left === blockLeft && top === blockTop;
  return (
    whole &&
    right === Math.min(width, blockLeft + blockWidth) &&
    bottom === Math.min(height, blockTop + blockHeight)
  );
}

/** Copies the part inside the window. */
export function copyBlock(
  layout: ImageLayout,
  block: number,
  samples: Samples,
  window: Window,
  out: RasterData | Uint8Array,
): void {
  copyRows(layout, block, { samples, top: 0, left: 0, stride: layout.blockWidth }, window, out);
}

/** A rectangle of a block's samples, from this row and column of the block on. */
export interface BlockPart {
  readonly samples: Samples;
  readonly top: number;
  readonly left: number;
  /** Samples from one row to the next. */
  readonly stride: number;
}

/** Copies the part of a block that lies in the window, of which all samples are given. */
export function copyRows(
  layout: ImageLayout,
  block: number,
  part: BlockPart,
  window: Window,
  out: RasterData | Uint8Array,
): void {
  const { blockLeft, blockTop, left, right, top, bottom } = overlap(layout, block, window);
  const { samples, stride } = part;
  const width = right - left;
  let to = (top - window.row) * window.width + left - window.col;
  let from = (top - blockTop - part.top) * stride + left - blockLeft - part.left;
  if (width === window.width && width === stride) {
    out.set(samples.subarray(from, from + width * (bottom - top)), to);
    return;
  }
  for (let row = top; row < bottom; row++, from += stride, to += window.width) {
    out.set(samples.subarray(from, from + width), to);
  }
}

/** Fills the place of a block with one value. */
export function fillBlock(
  layout: ImageLayout,
  block: number,
  value: number,
  window: Window,
  out: RasterData | Uint8Array,
): void {
  const { left, right, top, bottom } = overlap(layout, block, window);
  for (let row = top; row < bottom; row++) {
    const to = (row - window.row) * window.width + left - window.col;
    out.fill(value, to, to + right - left);
  }
}
