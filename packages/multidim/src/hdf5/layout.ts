import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";

/** How chunks are found. */
export type ChunkIndex =
  | { readonly kind: "tree" }
  | { readonly kind: "single"; readonly bytes: number | undefined; readonly mask: number }
  | { readonly kind: "implicit" }
  | { readonly kind: "fixed-array" }
  | { readonly kind: "extensible-array" }
  | { readonly kind: "record-tree" };

/** Where the values of a dataset are. An address that is undefined: nothing was written. */
export type Layout =
  | { readonly kind: "compact"; readonly data: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number | undefined }
  | {
      readonly kind: "chunked";
      readonly address: number | undefined;
      readonly chunk: readonly number[];
      readonly index: ChunkIndex;
      /** Whether chunks that reach over the edge are stored without filters. */
      readonly plainEdges: boolean;
    }
  | { readonly kind: "virtual" };

export function readLayout(bytes: Bytes): Layout {
  const version = bytes.u8();
  if (version === 1 || version === 2) return readOldLayout(bytes);
  if (version !== 3 && version !== 4 && version !== 5)
    throw new Damaged(`the layout of a dataset has version ${version}`);
  const kind = bytes.u8();
  if (kind === 0) return { kind: "compact", data: bytes.bytes(bytes.u16()) };
  if (kind === 1) return { kind: "contiguous", address: bytes.address() };
  if (kind === 3) return { kind: "virtual" };
  if (kind !== 2) throw new Damaged(`the layout of a dataset is of kind ${kind}`);
  return version === 3 ? readChunks(bytes) : readNewChunks(bytes);
}

function readOldLayout(bytes: Bytes): Layout {
  const [rank, kind] = [bytes.u8(), bytes.u8()];
  bytes.skip(5);
  const address = kind === 0 ? undefined : bytes.address();
  const lengths = Array.from({ length: rank }, () => bytes.u32());
  if (kind === 0) return { kind: "compact", data: bytes.bytes(bytes.u32()) };
  if (kind === 1) return { kind: "contiguous", address };
  return {
    kind: "chunked",
    address,
    chunk: checkChunk(lengths.slice(0, -1)),
    index: { kind: "tree" },
    plainEdges: false,
  };
}

function readChunks(bytes: Bytes): Layout {
  const rank = bytes.u8();
  const address = bytes.address();
  const lengths = Array.from({ length: rank }, () => bytes.u32());
  return {
    kind: "chunked",
    address,
    chunk: checkChunk(lengths.slice(0, -1)),
    index: { kind: "tree" },
    plainEdges: false,
  };
}

function readNewChunks(bytes: Bytes): Layout {
  const flags = bytes.u8();
  const [rank, size] = [bytes.u8(), bytes.u8()];
  const lengths = Array.from({ length: rank }, () => bytes.uint(size));
  const index = readIndex(bytes, bytes.u8(), (flags & 2) !== 0);
  return {
    kind: "chunked",
    address: bytes.address(),
    chunk: checkChunk(lengths.slice(0, -1)),
    index,
    plainEdges: (flags & 1) !== 0,
  };
}

function readIndex(bytes: Bytes, kind: number, isFiltered: boolean): ChunkIndex {
  switch (kind) {
    case 1:
      return isFiltered
        ? { kind: "single", bytes: bytes.length(), mask: bytes.u32() }
        : { kind: "single", bytes: undefined, mask: 0 };
    case 2:
      return { kind: "implicit" };
    case 3:
      bytes.skip(1);
      return { kind: "fixed-array" };
    case 4:
      bytes.skip(5);
      return { kind: "extensible-array" };
    case 5:
      bytes.skip(6);
      return { kind: "record-tree" };
    default:
      throw new Damaged(`the chunks of a dataset are found in a way of number ${kind}`);
  }
}

function checkChunk(chunk: readonly number[]): readonly number[] {
  if (chunk.length === 0 || chunk.some((length) => !(length > 0 && Number.isSafeInteger(length))))
    throw new Damaged(`the chunks of a dataset have the shape ${chunk.join(" x ")}`);
  return chunk;
}
