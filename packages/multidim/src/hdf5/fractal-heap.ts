import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";
import { assertChecksum, type Hdf5File } from "./file.js";

/** A heap of small objects in blocks that double in size (a "fractal heap"), such as attributes or links of one object. */
export interface FractalHeap {
  read(id: Bytes): Promise<Bytes>;
}

interface Layout {
  readonly width: number;
  readonly firstBlock: number;
  readonly largestDirect: number;
  readonly offsetBytes: number;
  readonly root: number | undefined;
  /** 0: the root is a direct block. */
  readonly rootRows: number;
}

export async function openFractalHeap(hdf5: Hdf5File, address: number): Promise<FractalHeap> {
  const { sizes } = hdf5;
  const bytes = await hdf5.structure(address, 26 + 12 * sizes.length + 3 * sizes.address);
  bytes.signature("FRHP");
  bytes.skip(1);
  bytes.u16();
  const filters = bytes.u16();
  bytes.skip(1);
  const largestManaged = bytes.u32();
  bytes.skip(sizes.length + sizes.address + sizes.length + sizes.address + 8 * sizes.length);
  const width = bytes.u16();
  const firstBlock = bytes.length();
  const largestDirect = bytes.length();
  const heapBits = bytes.u16();
  bytes.skip(2);
  const root = bytes.address();
  const rootRows = bytes.u16();
  if (filters > 0) throw new Damaged("compressed heaps are not supported");
  assertChecksum(bytes.data);
  if (width === 0 || !isPower(firstBlock) || !isPower(largestDirect) || heapBits > 64 || heapBits === 0)
    throw new Damaged("a heap is malformed");
  const layout = {
    width,
    firstBlock,
    largestDirect,
    offsetBytes: Math.ceil(heapBits / 8),
    root,
    rootRows,
  };
  const lengthBytes = Math.min(
    Math.ceil(Math.log2(largestDirect) / 8),
    Math.floor(Math.log2(Math.max(1, largestManaged)) / 8) + 1,
  );
  return {
    async read(id) {
      const flags = id.u8();
      const kind = (flags >> 4) & 3;
      // A tiny object lies in its identifier.
      if (kind === 2) return id.part((flags & 15) + 1);
      if (kind !== 0) throw new Damaged("objects outside of a heap's blocks are not supported");
      const offset = id.uint(layout.offsetBytes);
      const length = id.uint(lengthBytes);
      const at = await addressOf(hdf5, layout, offset);
      return hdf5.structure(at, length);
    },
  };
}

function isPower(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** The address of an offset in the heap: down through indirect blocks to the direct block that contains it. */
async function addressOf(hdf5: Hdf5File, layout: Layout, offset: number): Promise<number> {
  const { width, firstBlock, largestDirect, root } = layout;
  if (root === undefined) throw new Damaged("a heap is empty");
  let [address, rows, left] = [root, layout.rootRows, offset];
  const directRows = Math.log2(largestDirect) - Math.log2(firstBlock) + 2;
  for (let depth = 0; depth < 16; depth++) {
    if (rows === 0) return address + left;
    const row = left < width * firstBlock ? 0 : Math.floor(Math.log2(left / (width * firstBlock))) + 1;
    if (row >= rows) throw new Damaged("an object lies outside of its heap");
    const blockBytes = row === 0 ? firstBlock : firstBlock * 2 ** (row - 1);
    const before = row === 0 ? 0 : width * firstBlock * 2 ** (row - 1);
    const column = Math.floor((left - before) / blockBytes);
    const skipped = 5 + hdf5.sizes.address + layout.offsetBytes;
    const entry = row * width + column;
    const bytes = await hdf5.structure(address, skipped + (entry + 1) * hdf5.sizes.address);
    bytes.signature("FHIB");
    bytes.skip(skipped - 4 + entry * hdf5.sizes.address);
    const next = bytes.address();
    if (next === undefined) throw new Damaged("a block of a heap is nowhere");
    left -= before + column * blockBytes;
    rows = row < directRows ? 0 : Math.log2(blockBytes) - Math.log2(firstBlock * width) + 1;
    address = next;
  }
  throw new Damaged("a heap does not end");
}
