import { constants, deflateSync } from "node:zlib";

// Run-length matches only: what zlib finds beyond them differs between its versions and processors, and so would the bytes.
const compression = { level: 9, strategy: constants.Z_RLE };
const rowsPerStrip = 8;

const types = { ascii: [2, 1], short: [3, 2], long: [4, 4], double: [12, 8] };

/**
 * A classic little-endian GeoTIFF of one band in EPSG:4326, in strips: of float32 with deflate and the floating point predictor, or
 * of bytes with deflate alone if `values` are a Uint8Array.
 * `west`, `north` are the outer corner of the first pixel, in degrees; `values` run west to east, then north to south.
 */
export function geotiff({ width, height, west, north, pixel, values, nodata, description }) {
  const bytes = values instanceof Uint8Array;
  const strips = [];
  for (let row = 0; row < height; row += rowsPerStrip) {
    const part = values.subarray(row * width, Math.min(row + rowsPerStrip, height) * width);
    strips.push(deflateSync(bytes ? part : predict(part, width), compression));
  }
  const geoKeys = [1, 1, 0, 3, ...[1024, 0, 1, 2], ...[1025, 0, 1, 1], ...[2048, 0, 1, 4326]];
  const tags = (offsets) => [
    [256, "long", [width]],
    [257, "long", [height]],
    [258, "short", [bytes ? 8 : 32]],
    [259, "short", [8]],
    [262, "short", [1]],
    [270, "ascii", text(description)],
    [273, "long", offsets],
    [277, "short", [1]],
    [278, "long", [rowsPerStrip]],
    [279, "long", strips.map((strip) => strip.length)],
    [317, "short", [bytes ? 1 : 3]],
    [339, "short", [bytes ? 1 : 3]],
    [33550, "double", [pixel, pixel, 0]],
    [33922, "double", [0, 0, 0, west, north, 0]],
    [34735, "short", geoKeys],
    [42113, "ascii", text(String(nodata))],
  ];
  let end = directory(tags(strips.map(() => 0))).length;
  const offsets = strips.map((strip) => (end += strip.length) - strip.length);
  return Buffer.concat([directory(tags(offsets)), ...strips]);
}

/** TIFF's predictor 3: the bytes of a row's values sorted by significance, then each less its left neighbour. */
function predict(values, width) {
  const bytes = Buffer.alloc(values.length * 4);
  const value = Buffer.alloc(4);
  for (let start = 0; start < values.length; start += width) {
    const row = bytes.subarray(start * 4, (start + width) * 4);
    for (let column = 0; column < width; column++) {
      value.writeFloatBE(values[start + column]);
      for (let byte = 0; byte < 4; byte++) row[byte * width + column] = value[byte];
    }
    for (let i = row.length - 1; i > 0; i--) row[i] -= row[i - 1];
  }
  return bytes;
}

/** The header, the only directory and the values that do not fit into its entries. */
function directory(tags) {
  const head = Buffer.alloc(8 + 2 + 12 * tags.length + 4);
  head.write("II");
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  const beyond = [];
  let end = head.length;
  tags.forEach(([tag, type, values], index) => {
    const [code, size] = types[type];
    const bytes = Buffer.alloc(Math.ceil((values.length * size) / 4) * 4);
    values.forEach((value, i) => put(bytes, type, value, i * size));
    const at = 10 + 12 * index;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(code, at + 2);
    head.writeUInt32LE(values.length, at + 4);
    if (bytes.length <= 4) {
      bytes.copy(head, at + 8);
    } else {
      head.writeUInt32LE(end, at + 8);
      beyond.push(bytes);
      end += bytes.length;
    }
  });
  return Buffer.concat([head, ...beyond]);
}

function put(bytes, type, value, at) {
  if (type === "ascii") bytes.writeUInt8(value, at);
  else if (type === "short") bytes.writeUInt16LE(value, at);
  else if (type === "long") bytes.writeUInt32LE(value, at);
  else bytes.writeDoubleLE(value, at);
}

function text(string) {
  return [...Buffer.from(`${string}\0`, "latin1")];
}
