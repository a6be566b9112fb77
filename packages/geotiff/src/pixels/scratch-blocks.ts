import type { BlockScratch, KeptBlock, RasterData, Window } from "@quadrat/core/base";
import { returnBuffer, takeBuffer, timed } from "@quadrat/core/base";
import { copyBlock, copyRows, overlap } from "./block-copy.js";
import type { ImageLayout } from "./layout.js";
import type { Samples } from "./samples.js";

/** The decoded blocks of an image in a scratch file, which threads share. */
export interface ScratchBlocks extends Pick<BlockScratch, "claim" | "release" | "isMissing" | "settled"> {
  /** Writes a block that was claimed. */
  put(block: number, samples: Samples): void;
  /** Whether a window needs so little of a block that only its part is read from the file, and the block not kept in memory. */
  isPart(block: number, window: Window): boolean;
  /**
   * Copies a block into its place in a window. Returns its samples if all were read; undefined if it is not in
   * the file.
   */
  copy(block: number, window: Window, out: RasterData | Uint8Array): Samples | "part" | undefined;
}

/** Of a block at least this fraction of the rows is read as the whole block, which may then serve the next windows. */
const wholeFrom = 1 / 4;

/** Rows are read with what is beside them if that is at most this many times as much, or only this many bytes. */
const beside = { times: 4, bytes: 2 ** 16 };

export function scratchBlocks(scratch: BlockScratch, layout: ImageLayout): ScratchBlocks {
  const { blockWidth, blockHeight } = layout;
  const isPart = (block: number, window: Window): boolean => {
    const { top, bottom } = overlap(layout, block, window);
    return bottom - top < blockHeight * wholeFrom;
  };

  const copyWhole = (kept: KeptBlock, window: Window, out: RasterData | Uint8Array): Samples | undefined => {
    const size = blockWidth * blockHeight;
    const room = takeBuffer(size * kept.Samples.BYTES_PER_ELEMENT);
    const blockTop = Math.floor(kept.block / layout.blocksAcross) * blockHeight;
    const samples = new kept.Samples(room, 0, blockWidth * Math.min(blockHeight, layout.height - blockTop));
    if (scratch.read(kept, 0, samples)) {
      copyBlock(layout, kept.block, samples, window, out);
      return samples;
    }
    returnBuffer(room);
    return undefined;
  };

  const copyPart = (kept: KeptBlock, window: Window, out: RasterData | Uint8Array): boolean => {
    const { blockLeft, blockTop, left, right, top, bottom } = overlap(layout, kept.block, window);
    const rowBytes = blockWidth * kept.Samples.BYTES_PER_ELEMENT;
    const atOnce = blockWidth <= beside.times * (right - left) || rowBytes * (bottom - top) <= beside.bytes;
    const width = atOnce ? blockWidth : right - left;
    const room = takeBuffer(rowBytes * Math.ceil(blockHeight * wholeFrom));
    const rows = atOnce ? bottom - top : 1;
    const samples = new kept.Samples(room, 0, width * rows);
    const from = atOnce ? 0 : left - blockLeft;
    try {
      for (let row = top; row < bottom; row += rows) {
        if (!scratch.read(kept, (row - blockTop) * blockWidth + from, samples)) return false;
        const part = { samples, top: row - blockTop, left: from, stride: width };
        const within = { ...window, row: Math.max(row, window.row), height: rows };
        copyRows(layout, kept.block, part, within, out.subarray((within.row - window.row) * window.width));
      }
      return true;
    } finally {
      returnBuffer(room);
    }
  };

  return {
    claim: (block) => scratch.claim(block),
    release: (block) => scratch.release(block),
    isMissing: (block) => scratch.isMissing(block),
    settled: (block) => scratch.settled(block),
    isPart,
    put: (block, samples) => timed("write", () => scratch.put(block, samples)),
    copy: (block, window, out) => {
      const kept = scratch.find(block);
      if (!kept) return undefined;
      return timed("read", () => {
        if (!isPart(block, window)) return copyWhole(kept, window, out);
        return copyPart(kept, window, out) ? "part" : undefined;
      });
    },
  };
}
