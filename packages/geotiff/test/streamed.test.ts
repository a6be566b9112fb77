import { readFile } from "node:fs/promises";
import { deflateSync, constants, createDeflate } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openBand } from "../src/pixels/band-reader.js";
import { readContainer } from "../src/container/container.js";
import { openGeoTiff } from "../src/index.js";
import { readLayout } from "../src/pixels/layout.js";
import { openFile } from "@quadrat/core/base";
import { openStreamedBand } from "../src/pixels/streamed-band.js";
import { fixture, readWhole, temporaryFolder } from "./helpers.js";
import { dataOffset, makeTiff } from "./tiff-writer.js";

const folder = temporaryFolder();

/** A band as it is read block by block, and as it would be if its strips were too large for that. */
async function bothWays(path: string, band: number, pieceRows: number, cacheBytes: number) {
  const container = await readContainer(await openFile(path));
  const [directory] = container.directories;
  const layout = await readLayout(container, directory);
  const streamed = {
    ...layout,
    streamedRows: layout.blockHeight,
    blockHeight: pieceRows,
    blocksDown: Math.ceil(layout.height / pieceRows),
  };
  const options = { band, cacheBytes, sparseValue: 0 };
  return {
    layout,
    whole: await openBand(container, directory, layout, options),
    stream: await openStreamedBand(container, directory, streamed, options),
    close: () => container.file.close(),
  };
}

describe("a strip that is decoded as a stream gives what it gives at once", () => {
  it.each<[string, number, number]>([
    ["codec_deflate_strips_big", 0, 11],
    ["codec_lzw_strips_big", 0, 1],
    ["codec_packbits_strips_big", 0, 11],
    ["codec_zstd_strips_big", 0, 1],
    ["one_strip_deflate", 0, 4],
    ["float32_big_strips_lzw_3", 0, 1],
    ["float64_big_strips_lzw_3", 0, 5],
    ["bits12_strips_packbits", 0, 21],
    ["large_deflate", 0, 7],
    ["large_lzw", 0, 7],
    ["large_packbits", 0, 7],
    ["large_zstd", 0, 7],
  ])("%s", async (name, band, pieceRows) => {
    const path = fixture(`layouts/${name}.tif`);
    const { layout, whole, stream, close } = await bothWays(path, band, pieceRows, 1500);
    const { width, height } = layout;
    const window = fc
      .tuple(
        fc.nat(width - 1),
        fc.nat(height - 1),
        fc.integer({ min: 1, max: width }),
        fc.integer({ min: 1, max: height }),
      )
      .map(([col, row, w, h]) => ({
        col,
        row,
        width: Math.min(w, width - col),
        height: Math.min(h, height - row),
      }));
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(window, { minLength: 1, maxLength: 4 }), async (windows) => {
          for (const one of windows) {
            const [expected, found] = [0, 1].map(() => new Float64Array(one.width * one.height));
            await Promise.all([whole.read(one, expected!), stream.read(one, found!)]);
            expect(found).toEqual(expected);
          }
        }),
        { numRuns: 40 },
      );
    } finally {
      await close();
    }
  });
});

describe("a damaged stream is refused:", () => {
  const height = 600;
  const pixels = Uint8Array.from({ length: 500 * height }, (_, i) => (i * i) >> 5);
  const fileOf = (compression: number, data: Uint8Array) =>
    makeTiff({
      data,
      fields: [
        { tag: 256, type: "short", values: [500] },
        { tag: 257, type: "short", values: [height] },
        { tag: 258, type: "short", values: [8] },
        { tag: 259, type: "short", values: [compression] },
        { tag: 273, type: "long", values: [dataOffset] },
        { tag: 278, type: "short", values: [height] },
        { tag: 279, type: "long", values: [data.length] },
      ],
    });
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 0xff : byte));
  const deflated = deflateSync(pixels, { level: constants.Z_BEST_SPEED });

  it.each<[string, number, Uint8Array, RegExp]>([
    ["deflate, bytes flipped", 8, flipped(deflated, 1000), /strip 0: corrupt deflate data/],
    ["deflate, a checksum of other data", 8, flipped(deflated, deflated.length - 1), /incorrect data check/],
    ["deflate, cut off", 8, deflated.subarray(0, -9), /unexpected end of file/],
    [
      "deflate, too short",
      8,
      deflateSync(pixels.subarray(1)),
      /decodes to 299999 bytes, but its pixels need more/,
    ],
    ["LZW, an undefined code", 5, Uint8Array.of(0x80, 0x7f, 0xff, 0xff), /code 511 before it is defined/],
    ["LZW, too short", 5, Uint8Array.of(0x80, 0x00, 0x60, 0x20), /decodes to 1 bytes/],
    ["PackBits, too short", 32773, Uint8Array.of(0xfe, 7), /decodes to 3 bytes/],
    [
      "ZSTD of something else",
      50000,
      Buffer.from("no zstd frame at all, but many letters"),
      /corrupt ZSTD data/,
    ],
  ])("%s", async (name, compression, data, message) => {
    const path = await folder.write(`${name}.tif`, fileOf(compression, data));
    const { stream, close } = await bothWays(path, 0, 100, 2 ** 20);
    const all = { col: 0, row: 0, width: 500, height };
    try {
      // Twice: what is left of the first try must not be taken for pixels.
      for (let tries = 0; tries < 2; tries++) {
        await expect(stream.read(all, new Float32Array(500 * height))).rejects.toMatchObject({
          kind: "input",
          message: expect.stringMatching(message) as string,
          place: { file: path },
        });
      }
    } finally {
      await close();
    }
  });

  it("ZSTD, whose library passes over errors, with bytes flipped", async () => {
    const bytes = await readFile(fixture("layouts/large_zstd.tif"));
    const frame = bytes.indexOf(Buffer.of(0x28, 0xb5, 0x2f, 0xfd));
    const read = async (data: Uint8Array) => {
      const { stream, close } = await bothWays(await folder.write("zstd.tif", data), 0, 10, 2 ** 20);
      try {
        const all = { col: 0, row: 0, width: 131, height: 120 };
        return await stream.read(all, new Float32Array(131 * 120)).catch((error: Error) => error.message);
      } finally {
        await close();
      }
    };
    const messages = [];
    for (const at of [0, 4, 6, 7, 8]) messages.push(await read(flipped(bytes, frame + at)));
    expect(messages).toEqual(
      messages.map(() => expect.stringMatching(/strip 0: corrupt ZSTD data/) as string),
    );
  });
});

describe("one strip of more than 128 MiB", () => {
  const [width, height] = [20_000, 7000];

  /** Row r has the pixels (r + c % 10) % 251. */
  async function compressed(): Promise<Buffer> {
    const deflate = createDeflate({ level: constants.Z_BEST_SPEED });
    const parts: Buffer[] = [];
    deflate.on("data", (part: Buffer) => parts.push(part));
    const ended = new Promise((resolve, reject) => deflate.once("end", resolve).once("error", reject));
    for (let row = 0; row < height; row++) {
      const line = Buffer.from(Array.from({ length: 10 }, (_, c) => (row + c) % 251));
      if (!deflate.write(Buffer.alloc(width, line))) {
        await new Promise((resolve) => deflate.once("drain", resolve));
      }
    }
    deflate.end();
    await ended;
    return Buffer.concat(parts);
  }

  const fieldsOf = (compression: number, length: number) =>
    [
      { tag: 256, type: "short", values: [width] },
      { tag: 257, type: "short", values: [height] },
      { tag: 258, type: "short", values: [8] },
      { tag: 259, type: "short", values: [compression] },
      { tag: 273, type: "long", values: [dataOffset] },
      { tag: 278, type: "short", values: [height] },
      { tag: 279, type: "long", values: [length] },
      { tag: 33550, type: "double", values: [0.01, 0.01, 0] },
      { tag: 33922, type: "double", values: [0, 0, 0, 0, 70, 0] },
    ] as const;

  it("is read by windows, downwards and up again", async () => {
    const data = await compressed();
    const path = await folder.write("large.tif", makeTiff({ data, fields: fieldsOf(8, data.length) }));
    const source = await openGeoTiff({ path, band: 1, scaled: true, cacheBytes: 2 ** 20 });
    try {
      for (const row of [0, 3, 5000, 6996, 2500]) {
        const window = { col: 9999, row, width: 13, height: 4 };
        const { data: pixels } = await source.read(window);
        const expected = Array.from({ length: 52 }, (_, i) => {
          const [r, c] = [row + Math.floor(i / 13), 9999 + (i % 13)];
          return (r + (c % 10)) % 251;
        });
        expect([...pixels]).toEqual(expected);
      }
      expect(source.blockSize).toEqual({ width, height });
    } finally {
      await source.close();
    }
  });

  it.each<[string, number, RegExp]>([
    ["is refused, with the way out, in a codec that can't be streamed", 7, /gdal_translate -co TILED=YES/],
    ["is refused as damage where its bytes could never become so many", 8, /header is damaged/],
  ])("%s", async (name, compression, hint) => {
    const data = new Uint8Array(1000);
    const path = await folder.write(`${name}.tif`, makeTiff({ data, fields: fieldsOf(compression, 1000) }));
    await expect(readWhole(path)).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/20000 x 7000 pixels, 140000000 bytes/) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });
});
