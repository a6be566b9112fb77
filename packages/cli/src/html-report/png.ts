import { crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Red, green, blue and opacity, each from 0 to 255. */
export type Rgba = readonly [number, number, number, number];

/** A PNG of pixels that are numbers of colours in a palette of at most 256. */
export function palettePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: readonly Rgba[],
): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, palette; deflate, filters by row, not interlaced.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap(([r, g, b]) => [r, g, b]))),
    chunk("tRNS", Buffer.from(opacities(palette))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** As far as they are needed: the colours after them are opaque. */
function opacities(palette: readonly Rgba[]): number[] {
  const last = palette.findLastIndex(([, , , opacity]) => opacity < 255);
  return palette.slice(0, last + 1).map(([, , , opacity]) => opacity);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** As an address that a page can hold. */
export function dataUrl(png: Buffer): string {
  return `data:image/png;base64,${png.toString("base64")}`;
}
