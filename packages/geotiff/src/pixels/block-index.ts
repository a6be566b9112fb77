import type { Directory, Field, TiffContainer } from "../container/container.js";
import { fault } from "../container/fault.js";
import { decodeNumbers, isIntegerType } from "../container/field-values.js";
import { describeBlock } from "./layout.js";
import type { ImageLayout } from "./layout.js";
import { Tag, tagName, typeSizes } from "../container/tags.js";

/** The positions of consecutive blocks in the file. A length of 0 is a sparse block, which was never written. */
export interface BlockRange {
  /** The first block, counted within the plane. */
  readonly first: number;
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
}

/** The positions of one plane's blocks, read in parts: a large file has millions of them. */
export interface BlockIndex {
  /** The positions of the blocks `[first, first + count)`, and possibly some more. */
  load(first: number, count: number): Promise<BlockRange>;
  /**
   * Checks that every block of the plane lies in the file, and counts those that were never written.
   * @throws QuadratError of kind "input" that names the first block that doesn't
   */
  check(): Promise<{ readonly blocks: number; readonly sparse: number }>;
}

const partLength = 8192;

/**
 * @param plane the band, from 0, for an image whose bands have blocks of their own; else 0
 * @throws QuadratError of kind "input" if the file lists fewer blocks than the image has
 */
export async function openBlockIndex(
  container: TiffContainer,
  directory: Directory,
  layout: ImageLayout,
  plane: number,
): Promise<BlockIndex> {
  const { path } = container.file;
  const blocks = layout.blocksAcross * layout.blocksDown;
  const planes = layout.planar ? layout.samples : 1;
  const listed = layout.chopped ? planes : blocks * planes;
  const offsets = blockField(container, directory, layout, [Tag.TileOffsets, Tag.StripOffsets], listed);
  const lengths = blockField(container, directory, layout, [Tag.TileByteCounts, Tag.StripByteCounts], listed);
  if (!offsets) {
    throw fault(path, `the image has no ${tagName(layout.tiled ? Tag.TileOffsets : Tag.StripOffsets)}`);
  }
  if (!lengths && layout.compression !== 1)
    throw fault(path, "the image has compressed blocks but not their lengths");

  if (layout.chopped) {
    const start = (await readSlice(container, offsets, plane, 1))[0]!;
    const length = lengths && (await readSlice(container, lengths, plane, 1))[0]!;
    return choppedIndex(container, layout, start, length);
  }

  const readPart = async (first: number, count: number): Promise<BlockRange> => {
    const from = plane * blocks + first;
    const part = {
      first,
      offsets: await readSlice(container, offsets, from, count),
      lengths: lengths ? await readSlice(container, lengths, from, count) : new Float64Array(count),
    };
    settleLengths(container, layout, part);
    return part;
  };
  let latest: BlockRange | undefined;
  return {
    load: async (first, count) => {
      const known = latest;
      if (known && known.first <= first && first + count <= known.first + known.offsets.length) return known;
      const from = first - (first % partLength);
      const to = Math.min(blocks, Math.ceil((first + count) / partLength) * partLength);
      return (latest = await readPart(from, to - from));
    },
    check: async () => {
      let sparse = 0;
      for (let first = 0; first < blocks; first += partLength) {
        const part = await readPart(first, Math.min(partLength, blocks - first));
        if (first === 0) latest = part;
        for (const length of part.lengths) if (length === 0) sparse++;
      }
      return { blocks, sparse };
    },
  };
}

/** The rows of a single uncompressed strip, which need no list. */
function choppedIndex(container: TiffContainer, layout: ImageLayout, start: number, length = 0): BlockIndex {
  const { height, blockHeight, rowBytes } = layout;
  const sparse = start === 0 && length === 0;
  const load = (first: number, count: number): Promise<BlockRange> => {
    const rows = Array.from({ length: count }, (_, i) => (first + i) * blockHeight);
    return Promise.resolve({
      first,
      offsets: Float64Array.from(rows, (row) => (sparse ? 0 : start + row * rowBytes)),
      lengths: Float64Array.from(rows, (row) =>
        sparse ? 0 : Math.min(blockHeight, height - row) * rowBytes,
      ),
    });
  };
  return {
    load,
    check: () => {
      const bytes = height * rowBytes;
      const inside = sparse || (start >= 8 && start + bytes <= container.file.size);
      if (length > 0 && length < bytes)
        return Promise.reject(tooShort(container, "the image", length, bytes));
      if (!inside) return Promise.reject(cutOff(container, "the image", start, bytes));
      return Promise.resolve({ blocks: 1, sparse: sparse ? 1 : 0 });
    },
  };
}

function blockField(
  container: TiffContainer,
  directory: Directory,
  layout: ImageLayout,
  tags: readonly [tile: number, strip: number],
  listed: number,
): Field | undefined {
  const [tile, strip] = tags;
  // Some writers store tiles under the tags of strips.
  const field = (layout.tiled ? directory.fields.get(tile) : undefined) ?? directory.fields.get(strip);
  if (!field) return undefined;
  const { path, size } = container.file;
  if (!isIntegerType(field.type)) throw fault(path, `${tagName(field.tag)} is not a list of whole numbers`);
  if (field.count < listed) {
    throw fault(
      path,
      `${tagName(field.tag)} lists ${field.count} blocks, but ${layout.width} x ${layout.height} pixels in blocks of ${layout.blockWidth} x ${layout.blockHeight} are ${listed}`,
      { hint: "the header is damaged; download or copy the file again" },
    );
  }
  if (field.offset + listed * typeSizes[field.type]! > size) {
    throw fault(
      path,
      `${tagName(field.tag)} at offset ${field.offset} extends past the end of the file (${size} bytes)`,
      {
        hint: "the file is damaged or truncated; download or copy it again",
      },
    );
  }
  return field;
}

async function readSlice(
  container: TiffContainer,
  field: Field,
  first: number,
  count: number,
): Promise<Float64Array> {
  const size = typeSizes[field.type]!;
  const bytes = await container.file.read(field.offset + first * size, count * size);
  const numbers = new Float64Array(count);
  decodeNumbers(bytes, field.type, container.littleEndian, numbers);
  return numbers;
}

/**
 * Corrects lengths: uncompressed blocks have the bytes of their pixels, sparse ones none; all others must lie in the file.
 */
function settleLengths(
  container: TiffContainer,
  layout: ImageLayout,
  { first, offsets, lengths }: BlockRange,
): void {
  const { compression, tiled, blockHeight, blocksAcross, height, rowBytes } = layout;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset === 0 && lengths[i] === 0) continue;
    if (compression === 1) {
      const row = Math.floor((first + i) / blocksAcross) * blockHeight;
      const bytes = (tiled ? blockHeight : Math.min(blockHeight, height - row)) * rowBytes;
      if (lengths[i]! > 0 && lengths[i]! < bytes) {
        throw tooShort(container, describeBlock(layout, first + i), lengths[i]!, bytes);
      }
      lengths[i] = bytes;
    }
    const length = lengths[i]!;
    if (!(length > 0)) {
      throw fault(
        container.file.path,
        `${describeBlock(layout, first + i)} at offset ${offset} has no length`,
      );
    }
    if (!(offset >= 8 && offset + length <= container.file.size)) {
      throw cutOff(container, describeBlock(layout, first + i), offset, length);
    }
  }
}

function tooShort({ file }: TiffContainer, what: string, length: number, bytes: number) {
  return fault(file.path, `${what} has ${length} bytes, but its pixels need ${bytes}`, {
    hint: "the file is damaged; download or copy it again",
  });
}

function cutOff({ file }: TiffContainer, what: string, offset: number, length: number) {
  return fault(
    file.path,
    `${what} should be ${length} bytes at offset ${offset}, but the file has only ${file.size} bytes`,
    { hint: "the file is damaged or truncated; download or copy it again" },
  );
}
