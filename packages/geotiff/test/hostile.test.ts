import { deflateSync } from "node:zlib";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readGeoTiffHeader } from "../src/index.js";
import { fixture, readWhole, temporaryFolder } from "./helpers.js";
import { dataOffset, makeTiff } from "./tiff-writer.js";
import type { TestField, TestTiff } from "./tiff-writer.js";

const folder = temporaryFolder();
const pixels = Uint8Array.from({ length: 12 }, (_, i) => i + 1);

/** Four columns, three rows, bytes, one strip, a degree a pixel. */
const good: readonly TestField[] = [
  { tag: 256, type: "short", values: [4] },
  { tag: 257, type: "short", values: [3] },
  { tag: 258, type: "short", values: [8] },
  { tag: 259, type: "short", values: [1] },
  { tag: 273, type: "long", values: [dataOffset] },
  { tag: 277, type: "short", values: [1] },
  { tag: 278, type: "short", values: [3] },
  { tag: 279, type: "long", values: [12] },
  { tag: 284, type: "short", values: [1] },
  { tag: 339, type: "short", values: [1] },
  { tag: 33550, type: "double", values: [1, 1, 0] },
  { tag: 33922, type: "double", values: [0, 0, 0, 10, 50, 0] },
];

/** The good file with some fields put in place of its own or added; null takes one out. */
function withFields(
  changes: Readonly<Record<number, Omit<TestField, "tag"> | null>>,
  more: Partial<TestTiff> = {},
) {
  const kept = good.filter(({ tag }) => !(tag in changes));
  const changed = Object.entries(changes).flatMap(([tag, field]) =>
    field ? [{ tag: Number(tag), ...field }] : [],
  );
  const fields = [...kept, ...changed].sort((one, other) => one.tag - other.tag);
  return makeTiff({ data: pixels, fields, ...more });
}

const short = (...values: number[]) => ({ type: "short", values }) as const;
const long = (...values: number[]) => ({ type: "long", values }) as const;
const double = (...values: number[]) => ({ type: "double", values }) as const;

let files = 0;
async function read(bytes: Uint8Array, options: Parameters<typeof readWhole>[1] = {}) {
  return readWhole(await folder.write(`${files++}.tif`, bytes), options);
}

/** What a made-up file is refused with. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const path = await folder.write(`${files++}.tif`, bytes);
  const error: unknown = await readWhole(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "QuadratError", kind: "input", place: { file: path } });
  return (error as Error).message;
}

describe("a small TIFF made by hand", () => {
  it.each([
    ["classic", {}],
    ["big-endian", { bigEndian: true }],
    ["BigTIFF", { bigTiff: true }],
    ["big-endian BigTIFF", { bigEndian: true, bigTiff: true }],
  ])("is read: %s", async (_, format) => {
    const { data } = await read(withFields({}, format));
    expect([...data]).toEqual([...pixels]);
  });

  it("needs only what has no default", async () => {
    const { data } = await read(
      withFields({ 258: short(8), 277: null, 278: null, 279: null, 284: null, 339: null }),
    );
    expect([...data]).toEqual([...pixels]);
  });

  it("may give the length of an uncompressed strip as 0 or too large: its pixels say it", async () => {
    expect([...(await read(withFields({ 279: long(0) }))).data]).toEqual([...pixels]);
    expect([...(await read(withFields({ 279: long(4294967295) }))).data]).toEqual([...pixels]);
  });

  it("is read up to a loop in the chain of images", async () => {
    const bytes = withFields({});
    const { data, warnings } = await read(withFields({}, { next: bytes.readUInt32LE(4) }));
    expect([...data]).toEqual([...pixels]);
    expect(warnings).toEqual([expect.stringContaining("loops back")]);
  });

  it("has zeros where blocks were never written, with a warning", async () => {
    const empty = await read(withFields({ 273: long(0), 279: long(0) }));
    expect([...empty.data]).toEqual(new Array(12).fill(0));
    expect(empty.warnings).toEqual([expect.stringContaining("none of the file's pixels")]);
    const half = await read(withFields({ 273: long(dataOffset, 0), 278: short(2), 279: long(8, 0) }));
    expect([...half.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
    expect(half.warnings).toEqual([expect.stringContaining("1 of 2 blocks")]);
  });

  it("is read although tiles share their bytes", async () => {
    const tile = new Uint8Array(256).fill(9);
    const fields = { 273: null, 278: null, 279: null, 322: short(16), 323: short(16), 256: short(20) };
    const bytes = withFields(
      { ...fields, 324: long(dataOffset, dataOffset), 325: long(256, 256) },
      { data: tile },
    );
    expect([...(await read(bytes)).data]).toEqual(new Array(60).fill(9));
  });
});

describe("a broken TIFF is refused, saying what is wrong:", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /not a TIFF file: the file is empty/],
    ["a few bytes", Buffer.from("II*"), /not a TIFF file/],
    [
      "a web page",
      Buffer.from("<!DOCTYPE html><html>404</html>"),
      /not a TIFF file: it looks like a web page/,
    ],
    ["a PNG", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"), /it looks like a PNG image/],
    ["a Git LFS pointer", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /Git LFS/],
    ["a header and no more", Buffer.from("II*\0\x08\0\0\0", "latin1"), /directory should be at offset 8/],
    [
      "a BigTIFF header cut off",
      Buffer.from("II+\0\x08\0\0\0\0\0", "latin1"),
      /truncated within the BigTIFF header/,
    ],
    [
      "an offset of the directory past the end",
      withPointer(4_000_000_000),
      /offset 4000000000, but the file has/,
    ],
    ["an offset of the directory of 0", withPointer(0), /offset 0, but the file has/],
    ["a directory cut off", withFields({}).subarray(0, -40), /truncated within the image directory/],
    ["a directory without fields", makeTiff({ fields: [] }), /is empty/],
    ["no width", withFields({ 256: null }), /no ImageWidth/],
    ["width 0", withFields({ 256: short(0) }), /ImageWidth is 0/],
    ["height 0", withFields({ 257: long(0) }), /ImageLength is 0/],
    [
      "a width that is text",
      withFields({ 256: { type: "ascii", values: "four" } }),
      /ImageWidth has .* wrong type/,
    ],
    ["no samples", withFields({ 277: short(0) }), /SamplesPerPixel is 0/],
    ["samples of 0 bits", withFields({ 258: short(0) }), /samples of 0 bits/],
    ["samples of 24 bits", withFields({ 258: short(24) }), /samples of 24 bits/],
    [
      "bands of different bits",
      withFields({ 258: short(5, 6, 5), 277: short(3) }),
      /differ in BitsPerSample \(5, 6, 5\)/,
    ],
    ["complex integers", withFields({ 339: short(5), 258: short(32) }), /complex samples/],
    ["complex numbers", withFields({ 339: short(6), 258: short(64) }), /complex samples/],
    ["an unknown sample format", withFields({ 339: short(9) }), /SampleFormat is 9/],
    ["planar configuration 3", withFields({ 284: short(3) }), /PlanarConfiguration is 3/],
    ["predictor 99", withFields({ 317: short(99) }), /Predictor is 99/],
    ["predictor 3 of integers", withFields({ 317: short(3), 259: short(8) }), /floating-point samples only/],
    ["reversed bits", withFields({ 266: short(2) }), /FillOrder 2/],
    ["no rows per strip", withFields({ 278: short(0) }), /RowsPerStrip is 0/],
    ["tiles of width 0", withFields({ 322: short(0), 323: short(16) }), /TileWidth is 0/],
    ["tiles without height", withFields({ 322: short(16) }), /no TileLength/],
    ["no strips", withFields({ 273: null }), /no StripOffsets/],
    ["offsets that are fractions", withFields({ 273: double(16) }), /not a list of whole numbers/],
    [
      "a strip past the end",
      withFields({ 273: long(1_000_000) }),
      /12 bytes at offset 1000000, but the file has only/,
    ],
    ["a strip in the header", withFields({ 273: long(4) }), /12 bytes at offset 4/],
    ["a strip too short", withFields({ 279: long(11) }), /has 11 bytes, but its pixels need 12/],
    [
      "more pixels than the strip can hold",
      withFields({ 256: long(2 ** 31 - 1) }),
      /strip of the file would hold 2147483647 x 1 pixels/,
    ],
    ["huge dimensions", hugeDimensions(), /lists 1 blocks, but 2147483647 x 2147483647 pixels/],
    ["a width beyond 2^31", withFields({ 256: long(4294967295) }), /ImageWidth is 4294967295/],
    ["one huge compressed strip", hugeStrip(), /one strip of the file would hold 100000 x 100000 pixels/],
    [
      "a field with 2^32 values",
      withFields({ 33550: { ...double(1, 1, 0), count: 4294967295 } }),
      /4294967295 values/,
    ],
    [
      "a list of offsets past the end",
      withFields({ 273: { ...long(1, 2), count: 2, offset: 5000 } }),
      /extends past the end/,
    ],
    ["compressed strips without lengths", withFields({ 259: short(8), 279: null }), /but not their lengths/],
    [
      "a compressed strip of length 0",
      withFields({ 259: short(8), 279: long(0) }),
      /strip 0 at offset 16 has no length/,
    ],
    ["pixel scale 0", withFields({ 33550: double(0, 0, 0) }), /ModelPixelScale is 0, 0, 0/],
    ["pixel scale NaN", withFields({ 33550: double(NaN, 1, 0) }), /ModelPixelScale is NaN/],
    [
      "an infinite tie point",
      withFields({ 33922: double(0, 0, 0, Infinity, 50, 0) }),
      /tie point .* is not finite/,
    ],
    ["a tie point NaN", withFields({ 33922: double(0, 0, 0, NaN, 50, 0) }), /tie point .* is not finite/],
    [
      "a transformation of zeros",
      withFields({ 33550: null, 34264: double(...new Array<number>(16).fill(0)) }),
      /not a usable map/,
    ],
    [
      "a transformation too short",
      withFields({ 33550: null, 34264: double(1, 0, 0) }),
      /has 3 numbers instead of 16/,
    ],
    [
      "control points only",
      withFields({ 33550: null, 33922: double(...new Array<number>(24).fill(1)) }),
      /4 ground control points/,
    ],
    ["RPCs only", withFields({ 33550: null, 33922: null, 50844: double(1, 2) }), /rational polynomial/],
    ["no georeferencing", withFields({ 33550: null, 33922: null }), /no georeferencing/],
    ["GeoTIFF keys cut off", withFields({ 34735: short(1, 1, 0, 9, 1024, 0, 1, 2) }), /claims 9 keys/],
  ])("%s", async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  it.each([
    [34712, "JPEG 2000"],
    [50001, "WebP"],
    [50002, "JPEG XL"],
    [34925, "LZMA"],
    [4, "CCITT group 4 fax"],
    [6, "old-style JPEG"],
    [12345, "scheme number 12345"],
  ])("a codec that is not supported: %i", async (code, name) => {
    expect(await refusal(withFields({ 259: short(code) }))).toBe(
      `${name} compression (${code}) is not supported`,
    );
  });
});

describe("damaged pixels are refused, never null:", () => {
  const compressed = (code: number, data: Uint8Array) =>
    withFields({ 259: short(code), 279: long(data.length) }, { data });
  const deflated = deflateSync(pixels);

  it.each<[string, Uint8Array, RegExp]>([
    ["deflate, a bit flipped", compressed(8, flip(deflated, 5)), /strip 0: corrupt deflate data/],
    [
      "deflate, cut off",
      compressed(8, deflated.subarray(0, -6)),
      /strip 0: corrupt deflate data: unexpected end/,
    ],
    [
      "deflate, too short",
      compressed(8, deflateSync(pixels.subarray(1))),
      /decodes to 11 bytes, but its pixels need 12/,
    ],
    ["deflate, too long", compressed(8, deflateSync(new Uint8Array(50_000_000))), /more than the 12 bytes/],
    ["deflate of something else", compressed(8, Buffer.from("not deflate at all")), /corrupt deflate data/],
    [
      "PackBits, a literal cut off",
      compressed(32773, Uint8Array.of(11, 1, 2)),
      /literal extends past the end/,
    ],
    ["PackBits, a run without value", compressed(32773, Uint8Array.of(0x80, 0xf5)), /run has no value/],
    ["PackBits, too long", compressed(32773, Uint8Array.of(0x81, 7, 0x81, 7)), /more than the 12 bytes/],
    ["PackBits, too short", compressed(32773, Uint8Array.of(0xfe, 7)), /decodes to 3 bytes/],
    [
      "LZW, an undefined code",
      compressed(5, Uint8Array.of(0x80, 0x7f, 0xff, 0xff)),
      /code 511 before it is defined/,
    ],
    [
      "LZW, too short",
      compressed(5, Uint8Array.of(0x80, 0x00, 0x60, 0x20)),
      /corrupt LZW data: 1 of the 12 bytes/,
    ],
    ["LZW, old style", compressed(5, Uint8Array.of(0x00, 0x01, 0x02)), /old-style LZW/],
    ["ZSTD of something else", compressed(50000, Buffer.from("no zstd frame")), /corrupt ZSTD data/],
    ["LERC of something else", compressed(34887, Buffer.from("Lerc2 but no more")), /corrupt LERC data/],
    ["JPEG of something else", compressed(7, Buffer.from("no JPEG")), /corrupt JPEG data: no start of image/],
  ])("%s", async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  it("64-bit integers that no number holds", async () => {
    const data = new Uint8Array(new BigInt64Array(12).fill(2n ** 53n + 1n).buffer);
    const bytes = withFields({ 258: short(64), 339: short(2), 279: long(96) }, { data });
    expect(await refusal(bytes)).toMatch(/9007199254740993 is beyond 2\^53/);
  });

  it("a file cut off anywhere", async () => {
    const whole = await readFile(fixture("layouts/codec_lzw_tiled.tif"));
    for (let length = 0; length < whole.length; length += 61) await refusal(whole.subarray(0, length));
  });
});

describe("tags that can be done without", () => {
  it.each([
    ["none", /nodata tag "none" is not a number/],
    ["", /nodata tag "" is not a number/],
    ["-9999", /nodata value -9999 can't occur in uint8 samples/],
    ["2.5", /nodata value 2.5 can't occur in uint8 samples/],
  ])("nodata %j is warned of", async (values, warning) => {
    const { data, warnings } = await read(withFields({ 42113: { type: "ascii", values } }));
    expect([...data]).toEqual([...pixels]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it.each(["nan", "-nan", "NaN"])("nodata %s matches nothing", async (values) => {
    const { data, warnings } = await read(withFields({ 42113: { type: "ascii", values } }));
    expect([...data]).toEqual([...pixels]);
    expect(warnings).toEqual([]);
  });

  it("a scale that is no number is warned of", async () => {
    const values = '<GDALMetadata><Item name="SCALE" sample="0" role="scale">oops</Item></GDALMetadata>';
    const { data, warnings } = await read(withFields({ 42112: { type: "ascii", values } }));
    expect([...data]).toEqual([...pixels]);
    expect(warnings).toEqual([expect.stringContaining("scale NaN")]);
  });

  it("a negative pixel height is that of a north-up image", async () => {
    const { warnings } = await read(withFields({ 33550: double(1, -1, 0) }));
    expect(warnings).toEqual([expect.stringContaining("negative height")]);
  });

  it("a header is readable whatever its image is", async () => {
    const path = await folder.write("header.tif", withFields({ 259: short(34712), 33550: null }));
    expect(await readGeoTiffHeader(path)).toMatchObject({
      bigTiff: false,
      littleEndian: true,
      images: [{ width: 4, height: 3, compression: "JPEG 2000" }],
    });
  });
});

describe("paths that are no files", () => {
  it("are named", async () => {
    const missing = await folder
      .write("missing.tif", "")
      .then((path) => path.replace("missing", "elsewhere"));
    await expect(readWhole(missing)).rejects.toMatchObject({
      message: "the file does not exist",
      place: { file: missing },
    });
    const directory = fixture("layouts");
    await expect(readWhole(directory)).rejects.toMatchObject({
      message: expect.stringContaining("directory") as string,
    });
  });
});

describe("world files", () => {
  const plain = withFields({ 33550: null, 33922: null });

  it("place an image that has nothing else", async () => {
    const path = await folder.write("placed.tif", plain);
    await folder.write("placed.tfw", "0.5\n0\n0\n-0.5\n10.25\n49.75\n");
    expect((await readWhole(path)).data).toHaveLength(12);
  });

  it("are refused when they are broken", async () => {
    const path = await folder.write("broken.tif", plain);
    const world = await folder.write("broken.wld", "0.5\n0\n0\n-0.5\n");
    await expect(readWhole(path)).rejects.toMatchObject({ message: /six numbers/, place: { file: world } });
  });
});

function withPointer(offset: number): Uint8Array {
  const bytes = withFields({});
  bytes.writeUInt32LE(offset, 4);
  return bytes;
}

function hugeDimensions(): Uint8Array {
  const tiles = { 322: short(256), 323: short(256), 324: long(16), 325: long(12) };
  return withFields({ 256: long(2 ** 31 - 1), 257: long(2 ** 31 - 1), 273: null, 279: null, ...tiles });
}

function hugeStrip(): Uint8Array {
  return withFields({ 256: long(100_000), 257: long(100_000), 278: long(100_000), 259: short(8) });
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[at]! ^= 4;
  return flipped;
}
