import type { BlockScratch, RasterData, ReadHints, Window } from "@quadrat/core/base";
import type { ImageLayout } from "./layout.js";
import type { Nodata } from "./nodata.js";

/** Stored samples of one band of one image, read by windows. */
export interface BandReader {
  readonly layout: ImageLayout;
  readonly blocks: number;
  /** Blocks that were never written. */
  readonly sparse: number;
  /**
   * Copies the samples of a window that lies inside the image, NaN in place of nodata.
   * @param out `width * height` numbers, row by row
   * @param keep the blocks that may be needed again
   */
  read(window: Window, out: RasterData | Uint8Array, keep?: ReadHints["keep"]): Promise<void>;
  /** Keeps at most this many bytes of decoded blocks. */
  limitCache(bytes: number): void;
  /** Keeps decoded blocks in this file from now on, or in none. */
  useScratch(scratch: BlockScratch | undefined): void;
  /** Releases everything that is kept. */
  close(): void;
}

export interface BandOptions {
  /** From 0. */
  readonly band: number;
  readonly cacheBytes: number;
  /** The value of blocks that were never written. */
  readonly sparseValue: number;
  readonly nodata?: Nodata | undefined;
}
