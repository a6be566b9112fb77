import type { BlockDecoder } from "./codecs/codec.js";
import type { ImageLayout } from "./layout.js";

/** The rows of a block that lie in the image. */
export function rowsOf({ blockHeight, blocksAcross, height }: ImageLayout, block: number): number {
  return Math.min(blockHeight, height - Math.floor(block / blocksAcross) * blockHeight);
}

/**
 * The bytes of a block: at least those of its rows in the image. They may be in `spare`.
 * @throws Error if it has fewer
 */
export function decodeBytes(
  decode: BlockDecoder,
  data: Uint8Array,
  layout: ImageLayout,
  block: number,
  spare?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const { blockWidth, blockHeight, rowBytes } = layout;
  // The rows of a tile beyond the image exist but are not needed; those of a strip may be missing.
  const stored = layout.tiled ? blockHeight : rowsOf(layout, block);
  const bytes = decode(data, { width: blockWidth, rows: stored, fullRows: blockHeight, rowBytes }, spare);
  if (bytes.length < stored * rowBytes) {
    throw new Error(`it decodes to ${bytes.length} bytes, but its pixels need ${stored * rowBytes}`);
  }
  return bytes;
}
