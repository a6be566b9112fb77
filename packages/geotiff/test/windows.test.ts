import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openGeoTiff } from "../src/index.js";
import { fixture, readWhole } from "./helpers.js";

const names = [
  "int16_strips",
  "float32_tiled_deflate_3",
  "bands_pixel_strip",
  "bands_band_int32_1",
  "bits1_tiled",
  "mask_internal",
  "scaled",
  "sparse_nodata",
  "codec_jpeg_grey",
];

describe("a window, whatever its reader hints at, holds what the whole image has there", () => {
  it.each(names)("%s", async (name) => {
    const path = fixture(`layouts/${name}.tif`);
    const whole = await readWhole(path);
    const windows = fc
      .tuple(
        fc.integer({ min: 0, max: whole.width - 1 }),
        fc.integer({ min: 0, max: whole.height - 1 }),
        fc.integer({ min: 1, max: whole.width }),
        fc.integer({ min: 1, max: whole.height }),
      )
      .map(([col, row, width, height]) => ({
        col,
        row,
        width: Math.min(width, whole.width - col),
        height: Math.min(height, whole.height - row),
      }));
    // Several windows of one source at once, with room for no block, for some and for all.
    const property = fc.asyncProperty(
      fc.array(windows, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(0, 1500, 1e6),
      fc.constantFrom({}, { keep: "all" }, { keep: "partial" }, { keep: "none" }),
      fc.constantFrom(0, 3, 8, 9),
      async (wanted, cacheBytes, hints, pixelBytes) => {
        const given = wanted.map(
          ({ width, height }) =>
            pixelBytes > 0 && new Uint8Array(width * height * pixelBytes).fill(77).buffer,
        );
        const source = await openGeoTiff({ path, band: 1, scaled: true, cacheBytes });
        try {
          const arrays = await Promise.all(
            wanted.map((window, i) =>
              source.read(window, { ...hints, ...(given[i] && { buffer: given[i] }) }),
            ),
          );
          for (const { window, data } of arrays) {
            const expected = Array.from(data, (_, i) => {
              const row = window.row + Math.floor(i / window.width);
              return whole.data[row * whole.width + window.col + (i % window.width)]!;
            });
            expect(Array.from(data)).toEqual(expected);
          }
        } finally {
          await source.close();
        }
      },
    );
    await fc.assert(property, { numRuns: 80 });
  });

  it("is refused when it is not inside the image", async () => {
    const source = await openGeoTiff({ path: fixture("layouts/int16_strips.tif"), band: 1, scaled: true });
    for (const window of [
      { col: 0, row: 0, width: 36, height: 1 },
      { col: -1, row: 0, width: 1, height: 1 },
      { col: 0, row: 20, width: 1, height: 2 },
      { col: 0, row: 0, width: 0, height: 1 },
      { col: 0.5, row: 0, width: 1, height: 1 },
    ]) {
      await expect(source.read(window)).rejects.toMatchObject({ name: "QuadratError", kind: "internal" });
    }
    await source.close();
  });
});

describe("the values of a band", () => {
  it.each([
    ["uint8_strips", "uint8", Float32Array],
    ["int16_strips", "int16", Float32Array],
    ["float32_strips", "float32", Float32Array],
    ["float16_tiled_deflate", "float32", Float32Array],
    ["int32_strips", "int32", Float64Array],
    ["uint64_strips", "uint64", Float64Array],
    ["float64_strips", "float64", Float64Array],
    ["bits12_tiled", "uint16", Float32Array],
    ["scaled", "float64", Float64Array],
  ])("of %s are %s", async (name, dataType, Values) => {
    const source = await openGeoTiff({
      path: fixture(`layouts/${name}.tif`),
      band: name === "scaled" ? 2 : 1,
      scaled: true,
    });
    expect(source.dataType).toBe(dataType);
    const { data } = await source.read({ col: 0, row: 0, width: 1, height: 1 });
    expect(data).toBeInstanceOf(Values);
    await source.close();
  });

  it("are those of the file when they are not to be scaled", async () => {
    const path = fixture("layouts/scaled.tif");
    const scaled = await readWhole(path, { band: 2 });
    const stored = await readWhole(path, { band: 2, scaled: false });
    expect(stored.data).toBeInstanceOf(Float32Array);
    for (const [i, value] of stored.data.entries()) expect(scaled.data[i]).toBe(value * 0.1 - 273.15);
  });
});

describe("the options of a source", () => {
  const path = fixture("layouts/int16_strips.tif");
  const nulls = (data: Iterable<number>) => Array.from(data).filter(Number.isNaN).length;

  it("override nodata, or ignore it", async () => {
    const tagged = (await readWhole(path)).data;
    const ignored = (await readWhole(path, { nodata: null })).data;
    const other = (await readWhole(path, { nodata: ignored[0]! })).data;
    expect(nulls(tagged)).toBeGreaterThan(50);
    expect(nulls(ignored)).toBe(0);
    expect(Array.from(ignored).filter((value) => value === -32768)).toHaveLength(nulls(tagged));
    expect(other[0]).toBeNaN();
    expect(Array.from(other).filter((value) => value === -32768)).toHaveLength(nulls(tagged));
  });

  it("override the CRS", async () => {
    const source = await openGeoTiff({ path, band: 1, scaled: true, crs: "EPSG:3035" });
    expect(source.crs).toBe("EPSG:3035");
    await source.close();
  });

  it.each([
    [{ band: 0 }, /band 0 does not exist: int16_strips.tif has 1/],
    [{ band: 2 }, /band 2 does not exist/],
    [{ overview: 0 }, /overview 0 does not exist: the file has 0/],
  ])("are refused: %o", async (options, message) => {
    await expect(readWhole(path, options)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(message) as string,
      place: { file: path },
    });
  });

  it("scale the affine map of an overview", async () => {
    const tiff = fixture("layouts/overviews_internal.tif");
    const full = await openGeoTiff({ path: tiff, band: 1, scaled: true });
    const coarse = await openGeoTiff({ path: tiff, band: 1, scaled: true, overview: 1 });
    expect(full.overviews).toEqual([
      { width: 18, height: 11 },
      { width: 9, height: 6 },
    ]);
    expect(coarse.affine).toEqual({ ...full.affine, a: (0.25 * 35) / 9, e: (-0.25 * 21) / 6 });
    await full.close();
    await coarse.close();
  });
});
