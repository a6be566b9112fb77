import { open } from "node:fs/promises";
import { deflateSync } from "node:zlib";

/**
 * Writes a GeoTIFF of float32 (deflate with predictor 3) or uint8 (deflate alone) in tiles or strips, a block at a time: files
 * of any size in little memory.
 * @param {string} path
 * @param {{ width: number, height: number, bounds: number[], epsg?: number, nodata?: number, type?: "float32" | "uint8",
 *   tile?: number, strip?: number,
 *   value: (col: number, row: number) => number }} raster bounds are xmin, ymin, xmax, ymax in degrees; `strip` is the
 *   number of rows of a strip, in place of tiles
 */
export async function writeGeoTiff(path, raster) {
  const {
    width,
    height,
    bounds,
    epsg = 4326,
    nodata = -9999,
    type = "float32",
    tile = 256,
    strip,
    value,
  } = raster;
  const float = type === "float32";
  const block = strip === undefined ? { width: tile, height: tile } : { width, height: strip };
  const across = Math.ceil(width / block.width);
  const down = Math.ceil(height / block.height);
  const count = across * down;
  const offsets = new Array(count);
  const lengths = new Array(count);
  const file = await open(path, "w");
  let at = 16;
  try {
    for (let index = 0; index < count; index++) {
      const row = Math.floor(index / across) * block.height;
      // The last strip has only the rows that are left.
      const rows = strip === undefined ? tile : Math.min(strip, height - row);
      const values = new (float ? Float32Array : Uint8Array)(block.width * rows);
      fill(values, (index % across) * block.width, row, block.width, value);
      const bytes = deflateSync(float ? predict(values, block.width) : values, { level: 1 });
      await file.write(bytes, 0, bytes.length, at);
      offsets[index] = at;
      lengths[index] = bytes.length;
      at += bytes.length + (bytes.length & 1);
    }
    const [xmin, ymin, xmax, ymax] = bounds;
    const geographic = epsg === 4326;
    await writeDirectory(file, at, [
      [256, "long", [width]],
      [257, "long", [height]],
      [258, "short", [float ? 32 : 8]],
      [259, "short", [8]],
      [262, "short", [1]],
      ...(strip === undefined ? [] : [[273, "long8", offsets]]),
      [277, "short", [1]],
      ...(strip === undefined
        ? []
        : [
            [278, "long", [strip]],
            [279, "long", lengths],
          ]),
      [317, "short", [float ? 3 : 1]],
      ...(strip === undefined
        ? [
            [322, "short", [tile]],
            [323, "short", [tile]],
            [324, "long8", offsets],
            [325, "long", lengths],
          ]
        : []),
      [339, "short", [float ? 3 : 1]],
      [33550, "double", [(xmax - xmin) / width, (ymax - ymin) / height, 0]],
      [33922, "double", [0, 0, 0, xmin, ymax, 0]],
      [
        34735,
        "short",
        [1, 1, 0, 3, 1024, 0, 1, geographic ? 2 : 1, 1025, 0, 1, 1, geographic ? 2048 : 3072, 0, 1, epsg],
      ],
      [42113, "ascii", [...Buffer.from(`${nodata}\0`, "latin1")]],
    ]);
  } finally {
    await file.close();
  }
}

function fill(values, left, top, width, value) {
  for (let i = 0; i < values.length; i++) values[i] = value(left + (i % width), top + Math.floor(i / width));
}

/** Predictor 3: a row's bytes by significance, most significant first, then differences. */
function predict(values, width) {
  const source = new Uint8Array(values.buffer);
  const out = new Uint8Array(source.length);
  const rowBytes = width * 4;
  for (let start = 0; start < source.length; start += rowBytes) {
    for (let col = 0; col < width; col++) {
      for (let byte = 0; byte < 4; byte++)
        out[start + byte * width + col] = source[start + col * 4 + 3 - byte];
    }
    for (let i = rowBytes - 1; i > 0; i--) out[start + i] -= out[start + i - 1];
  }
  return out;
}

const kinds = {
  ascii: [2, 1, (view, at, v) => view.setUint8(at, v)],
  short: [3, 2, (view, at, v) => view.setUint16(at, v, true)],
  long: [4, 4, (view, at, v) => view.setUint32(at, v, true)],
  double: [12, 8, (view, at, v) => view.setFloat64(at, v, true)],
  long8: [16, 8, (view, at, v) => view.setBigUint64(at, BigInt(v), true)],
};

/** The one directory of a BigTIFF, at the end of the file, and the header that points to it. */
async function writeDirectory(file, at, entries) {
  const size = 8 + entries.length * 20 + 8;
  const outside = entries.reduce((sum, [, kind, values]) => sum + padded(values.length * kinds[kind][1]), 0);
  const buffer = Buffer.alloc(size + outside);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  view.setBigUint64(0, BigInt(entries.length), true);
  let next = size;
  entries.forEach(([tag, kind, values], index) => {
    const [type, width, put] = kinds[kind];
    const entry = 8 + index * 20;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setBigUint64(entry + 4, BigInt(values.length), true);
    const bytes = values.length * width;
    let place = entry + 12;
    if (bytes > 8) {
      view.setBigUint64(place, BigInt(at + next), true);
      place = next;
      next += padded(bytes);
    }
    values.forEach((value, i) => put(view, place + i * width, value));
  });
  await file.write(buffer, 0, buffer.length, at);
  const header = Buffer.from("II+\0\x08\0\0\0\0\0\0\0\0\0\0\0", "latin1");
  header.writeBigUInt64LE(BigInt(at), 8);
  await file.write(header, 0, 16, 0);
}

function padded(bytes) {
  return bytes > 8 ? bytes + (bytes & 7 ? 8 - (bytes & 7) : 0) : 0;
}
