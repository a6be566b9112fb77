import { chunksOf, countOf, positionOf } from "../shapes.js";
import { chunkRecords } from "./chunk-records.js";
import { chunkTree } from "./chunk-tree.js";
import { extensibleArray } from "./extensible-array.js";
import type { Hdf5File } from "./file.js";
import { fixedArray } from "./fixed-array.js";
import type { Layout } from "./layout.js";
import type { ChunkFinder } from "./stored-chunk.js";

export interface ChunkedArray {
  readonly shape: readonly number[];
  readonly limits: readonly number[];
  readonly itemBytes: number;
  readonly isFiltered: boolean;
}

/** The finder for a layout. Nothing is read until the first chunk is sought. */
export function chunkFinder(
  hdf5: Hdf5File,
  { address, chunk, index }: Layout & { readonly kind: "chunked" },
  array: ChunkedArray,
): ChunkFinder {
  if (address === undefined) return () => Promise.resolve(undefined);
  const chunkBytes = countOf(chunk) * array.itemBytes;
  const grid = chunksOf(array.shape, chunk);
  // Chunks of arrays that may grow are numbered as if they had grown.
  const most = array.limits.map((limit, d) =>
    Number.isFinite(limit) ? Math.ceil(Math.max(limit, array.shape[d]!) / chunk[d]!) : grid[d]!,
  );
  switch (index.kind) {
    case "tree":
      return chunkTree(hdf5, address, chunk);
    case "single":
      return () => Promise.resolve({ address, bytes: index.bytes ?? chunkBytes, mask: index.mask });
    case "implicit":
      return (at) =>
        Promise.resolve({ address: address + positionOf(at, most) * chunkBytes, bytes: chunkBytes, mask: 0 });
    case "fixed-array": {
      const find = fixedArray(hdf5, address, chunkBytes, array.isFiltered);
      return (at) => find(positionOf(at, most));
    }
    case "extensible-array": {
      const find = extensibleArray(hdf5, address, chunkBytes, array.isFiltered);
      // The dimension without a limit varies slowest.
      const free = Math.max(0, array.limits.indexOf(Infinity));
      const order = [free, ...array.shape.keys()].filter((d, i) => i === 0 || d !== free);
      const shape = order.map((d) => most[d]!);
      return (index) =>
        find(
          positionOf(
            order.map((d) => index[d]!),
            shape,
          ),
        );
    }
    case "record-tree":
      return chunkRecords(hdf5, address, chunkBytes, array.shape.length);
  }
}
