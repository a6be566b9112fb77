import { returnBuffer } from "@quadrat/core/base";
import type { Samples } from "./samples.js";

/**
 * Decoded blocks, of which the least recently used are dropped first if they exceed a number of bytes. Their buffers are
 * returned: the next block is decoded into them.
 */
export interface BlockCache {
  get(block: number, turn: number): Samples | undefined;
  /**
   * Takes a block, and keeps it if there is room, or if it is the only one: decoding a huge strip again for each of its rows
   * would take for ever. Blocks used in the same pass are never dropped for it: a reader that cycles over more blocks than
   * fit would otherwise lose each of them just before it needs it. Those of rows of blocks above it are dropped, as a raster
   * is read downwards.
   */
  set(block: number, samples: Samples, turn: number): void;
  /** Holds at most this many bytes from now on, or a single block; nothing if it is 0. */
  limit(bytes: number): void;
  /** Drops everything. */
  clear(): void;
}

/** @param across the number of blocks in a row of blocks */
export function createBlockCache(bytesAllowed: number, across = Number.POSITIVE_INFINITY): BlockCache {
  // A Map iterates over its entries in the order of insertion, so the first is the least recently used.
  const entries = new Map<number, { readonly samples: Samples; readonly turn: number }>();
  let bytes = 0;
  let maxBytes = bytesAllowed;
  const drop = (block: number, { samples }: { readonly samples: Samples }): void => {
    entries.delete(block);
    bytes -= samples.buffer.byteLength;
    returnBuffer(samples.buffer);
  };
  return {
    get(block, turn) {
      const entry = entries.get(block);
      if (!entry) return undefined;
      entries.delete(block);
      entries.set(block, { samples: entry.samples, turn });
      return entry.samples;
    },
    set(block, samples, turn) {
      const size = samples.buffer.byteLength;
      for (const [oldest, entry] of entries) {
        if (bytes + size <= maxBytes || (entry.turn === turn && oldest > block - across)) break;
        drop(oldest, entry);
      }
      const fits = bytes + size <= maxBytes || (entries.size === 0 && maxBytes > 0);
      if (!fits || entries.has(block)) {
        returnBuffer(samples.buffer);
        return;
      }
      entries.set(block, { samples, turn });
      bytes += size;
    },
    limit(allowed) {
      maxBytes = allowed;
      for (const [oldest, entry] of entries) {
        if (bytes <= maxBytes || (entries.size === 1 && maxBytes > 0)) return;
        drop(oldest, entry);
      }
    },
    clear() {
      for (const [block, entry] of entries) drop(block, entry);
    },
  };
}
