import type { WrittenFile } from "@quadrat/core";
import { withSink } from "../sink.js";
import { directoryBytes, writeDirectory, type Field } from "./directory.js";
import type { PackedTiles } from "./pyramid.js";
import type { Scratch } from "./scratch.js";

/** An image of the file: its fields but for the positions of its tiles, and where these are now. */
export interface Image {
  readonly fields: readonly Field[];
  readonly tiles: PackedTiles;
}

const TILE_OFFSETS = 324;
const TILE_BYTE_COUNTS = 325;
/** Larger files are BigTIFFs. */
const mostBytes = 2 ** 32 - 1;
const copiedBytes = 2 ** 20;

/**
 * What GDAL looks for to see that directories come first, directly after it; the size of what follows the first line is in it. With
 * spaces at its end it has a multiple of 8 bytes.
 */
const structure = `LAYOUT=IFDS_BEFORE_DATA\nKNOWN_INCOMPATIBLE_EDITION=NO\n${" ".repeat(7)}`;
const ghost = new TextEncoder().encode(
  `GDAL_STRUCTURAL_METADATA_SIZE=${String(structure.length).padStart(6, "0")} bytes\n${structure}`,
);

/**
 * Writes a Cloud Optimized GeoTIFF: the directories of the raster and of its overviews, the largest first, with all their values;
 * then the tiles, those of the smallest overview first.
 * @param images the raster, then its overviews
 * @param big a BigTIFF even if the file is small
 */
export function writeCog(
  path: string,
  images: readonly Image[],
  packed: Scratch,
  big: boolean,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const small = planFile(images, false);
  const isBig = big || small.end > mostBytes;
  const { directories, starts } = isBig ? planFile(images, true) : small;
  return withSink(path, async (sink) => {
    await sink.write([header(isBig, starts[0]!)]);
    for (const [index, fields] of directories.entries())
      await sink.write([writeDirectory(fields, starts[index]!, starts[index + 1] ?? 0, isBig)]);
    const buffer = Buffer.allocUnsafeSlow(copiedBytes);
    for (const { tiles } of [...images].reverse()) {
      for (let index = 0; index < tiles.lengths.length; index++) {
        signal.throwIfAborted();
        const length = tiles.lengths[index]!;
        for (let done = 0; done < length; done += copiedBytes) {
          const part = buffer.subarray(0, Math.min(copiedBytes, length - done));
          await packed.read(part, tiles.offsets[index]! + done);
          await sink.write([part]);
        }
        const pad = padding(length);
        if (pad > 0) await sink.write([new Uint8Array(pad)]);
      }
    }
  });
}

function planFile(images: readonly Image[], big: boolean) {
  const blank = images.map(({ fields, tiles }) => withTiles(fields, tiles.lengths, tiles.lengths));
  const starts: number[] = [];
  let end = header(big, 0).length;
  for (const fields of blank) {
    starts.push(end);
    end += directoryBytes(fields, big);
  }
  const offsets = images.map(({ tiles }) => new Float64Array(tiles.lengths.length));
  for (let level = images.length - 1; level >= 0; level--) {
    for (const [index, length] of images[level]!.tiles.lengths.entries()) {
      offsets[level]![index] = end;
      end += length + padding(length);
    }
  }
  const directories = images.map(({ fields, tiles }, level) =>
    withTiles(fields, offsets[level]!, tiles.lengths),
  );
  return { directories, starts, end };
}

function withTiles(fields: readonly Field[], offsets: Float64Array, lengths: Float64Array): Field[] {
  const tiles: Field[] = [
    { tag: TILE_OFFSETS, type: "offset", values: offsets },
    { tag: TILE_BYTE_COUNTS, type: "long", values: lengths },
  ];
  return [...fields, ...tiles].sort((a, b) => a.tag - b.tag);
}

/** Tiles begin at even positions, as TIFF wants it. */
function padding(length: number): number {
  return length % 2;
}

function header(big: boolean, first: number): Uint8Array {
  const head = big ? 16 : 8;
  const bytes = new Uint8Array(head + ghost.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, big ? 43 : 42, 0]);
  if (big) {
    view.setUint16(4, 8, true);
    view.setBigUint64(8, BigInt(first), true);
  } else view.setUint32(4, first, true);
  bytes.set(ghost, head);
  return bytes;
}
