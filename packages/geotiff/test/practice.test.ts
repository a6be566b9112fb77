import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeGeoTiff } from "../src/index.js";
import { fixture, readWhole, temporaryFolder } from "./helpers.js";
import { dataOffset, makeTiff } from "./tiff-writer.js";
import type { TestField } from "./tiff-writer.js";

interface Case {
  readonly file: string;
  readonly band: number;
  readonly alphaBand: number | null;
  readonly overview: number | null;
  readonly pixels: readonly (number | null)[];
}

const cases = JSON.parse(readFileSync(fixture("practice.json"), "utf8")) as Readonly<Record<string, Case>>;
const pathOf = (file: string) => fixture(`practice/${file}.tif`);
const folder = temporaryFolder();

const nulls = (data: ArrayLike<number>) => Array.from(data, (value) => (Number.isNaN(value) ? null : value));

describe("files from practice, as GDAL reads them", () => {
  it.each(Object.entries(cases))("%s", async (_, { file, band, alphaBand, overview, pixels }) => {
    const { data, warnings } = await readWhole(pathOf(file), { band, overview: overview ?? undefined });
    expect(nulls(data)).toEqual(pixels);
    expect(warnings).toEqual([]);
    expect((await describeGeoTiff(pathOf(file))).alphaBand).toBe(alphaBand ?? undefined);
  });
});

describe("alpha", () => {
  it("hides nothing where it is to be ignored", async () => {
    const { data } = await readWhole(pathOf("alpha_pixel"), { alpha: "ignore" });
    const masked = cases["alpha_pixel, band 1"]!.pixels;
    expect(data.some(Number.isNaN)).toBe(false);
    expect(masked.filter((pixel, i) => pixel !== null && pixel !== data[i])).toEqual([]);
  });

  it("is ignored by itself: masks and nodata go on hiding", async () => {
    const { data } = await readWhole(pathOf("alpha_mask"), { alpha: "ignore" });
    // The mask hides four columns of 19, in 13 rows.
    expect(nulls(data).filter((pixel) => pixel === null)).toHaveLength(4 * 13);
  });

  const pixels = Uint8Array.of(1, 0, 9, 2, 1, 9, 3, 255, 0, 4, 0, 0);
  const fields: readonly TestField[] = [
    { tag: 256, type: "short", values: [2] },
    { tag: 257, type: "short", values: [2] },
    { tag: 258, type: "short", values: [8, 8, 8] },
    { tag: 273, type: "long", values: [dataOffset] },
    { tag: 277, type: "short", values: [3] },
    { tag: 33550, type: "double", values: [1, 1, 0] },
    { tag: 33922, type: "double", values: [0, 0, 0, 10, 50, 0] },
  ];
  it.each<[string, readonly number[], readonly (number | null)[]]>([
    ["is the second of three bands", [2, 0], [null, 2, 3, null]],
    ["is the last of two that are called so", [1, 2], [1, 2, null, null]],
    ["may be told for the last band alone", [2], [1, 2, null, null]],
    ["is not where nothing is specified", [0, 0], [1, 2, 3, 4]],
    ["is not a kind of sample that TIFF does not know", [999, 0], [1, 2, 3, 4]],
  ])("%s", async (name, values, expected) => {
    const extra: TestField = { tag: 338, type: "short", values };
    const all = [...fields, extra].sort((one, other) => one.tag - other.tag);
    const path = await folder.write(`${name}.tif`, makeTiff({ data: pixels, fields: all }));
    expect(nulls((await readWhole(path)).data)).toEqual(expected);
  });
});

describe("LERC", () => {
  it("whose mask no alpha band takes is refused", async () => {
    // The file says three bands where it has four: what is left of it is a mask over whole numbers.
    const bytes = readFileSync(pathOf("lerc_mixed"));
    const fieldAt = (tag: number) => {
      const count = bytes.readUInt16LE(8);
      return Array.from({ length: count }, (_, i) => 10 + 12 * i).find(
        (at) => bytes.readUInt16LE(at) === tag,
      )!;
    };
    bytes.writeUInt32LE(3, fieldAt(277) + 8);
    bytes.writeUInt16LE(337, fieldAt(338));
    const path = await folder.write("three.tif", bytes);
    await expect(readWhole(path)).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/strip 0: its LERC mask marks pixels as invalid/) as string,
    });
  });
});

describe("64-bit integers", () => {
  const int64 = async (name: string, values: readonly bigint[], nodata?: string) => {
    const fields: readonly TestField[] = [
      { tag: 256, type: "short", values: [values.length] },
      { tag: 257, type: "short", values: [1] },
      { tag: 258, type: "short", values: [64] },
      { tag: 273, type: "long", values: [dataOffset] },
      { tag: 339, type: "short", values: [2] },
      { tag: 33550, type: "double", values: [1, 1, 0] },
      { tag: 33922, type: "double", values: [0, 0, 0, 10, 50, 0] },
      ...(nodata === undefined ? [] : [{ tag: 42113, type: "ascii", values: nodata } as const]),
    ];
    const data = new Uint8Array(BigInt64Array.from(values).buffer);
    return folder.write(`${name}.tif`, makeTiff({ data, fields }));
  };

  it("that no float64 holds are refused, saying what can be done", async () => {
    const path = await int64("refused", [1n, 2n ** 53n + 1n]);
    await expect(readWhole(path)).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(
        /9007199254740993 is beyond 2\^53 and can't be represented exactly/,
      ) as string,
      hint: expect.stringMatching(/`nodata:`.*gdal_translate -ot Float64/) as string,
    });
  });

  it("are nodata where they round to the number that a configuration gives", async () => {
    const path = await int64("given", [2n ** 63n - 1n, 2n ** 62n, 5n]);
    // What 9223372036854775807 is read as.
    const { data } = await readWhole(path, { nodata: 2 ** 63 });
    expect(nulls(data)).toEqual([null, 2 ** 62, 5]);
  });

  it.each([
    ["-9999.0", -9999n],
    ["-9.2233720368547758e+18", -(2n ** 63n)],
    ["1e3", 1000n],
    ["-9999 -9999", -9999n],
  ])("are nodata where the tag is %j", async (text, value) => {
    const path = await int64(`tag ${text}`, [value, value + 2n ** 40n], text);
    expect(nulls((await readWhole(path)).data)).toEqual([null, Number(value + 2n ** 40n)]);
  });

  it("are nodata where they were never written", async () => {
    const fields: readonly TestField[] = [
      { tag: 256, type: "short", values: [2] },
      { tag: 257, type: "short", values: [1] },
      { tag: 258, type: "short", values: [64] },
      { tag: 273, type: "long", values: [0] },
      { tag: 279, type: "long", values: [0] },
      { tag: 339, type: "short", values: [2] },
      { tag: 33550, type: "double", values: [1, 1, 0] },
      { tag: 33922, type: "double", values: [0, 0, 0, 10, 50, 0] },
      { tag: 42113, type: "ascii", values: "-9223372036854775808" },
    ];
    const path = await folder.write("sparse.tif", makeTiff({ fields }));
    expect(nulls((await readWhole(path)).data)).toEqual([null, null]);
    expect(nulls((await readWhole(path, { nodata: null })).data)).toEqual([-(2 ** 63), -(2 ** 63)]);
  });
});

describe("nodata in <file>.aux.xml", () => {
  it.each([
    [
      '<NoDataValue le_hex_equiv="000000E0FFFFEFC7">-3.4028234663852886E+38</NoDataValue>',
      -3.4028234663852886e38,
    ],
    ["<NoDataValue>-9,9990000e+03</NoDataValue>", -9999],
    ["<NoDataValue>-1.#INF</NoDataValue>", -Infinity],
  ])("%s", async (element, value) => {
    const fields: readonly TestField[] = [
      { tag: 256, type: "short", values: [2] },
      { tag: 257, type: "short", values: [1] },
      { tag: 258, type: "short", values: [32] },
      { tag: 273, type: "long", values: [dataOffset] },
      { tag: 339, type: "short", values: [3] },
      { tag: 33550, type: "double", values: [1, 1, 0] },
      { tag: 33922, type: "double", values: [0, 0, 0, 10, 50, 0] },
    ];
    const data = new Uint8Array(Float32Array.of(value, 7).buffer);
    const path = await folder.write("aux.tif", makeTiff({ data, fields }));
    await folder.write(
      "aux.tif.aux.xml",
      `<PAMDataset><PAMRasterBand band="1">${element}</PAMRasterBand></PAMDataset>`,
    );
    expect(nulls((await readWhole(path)).data)).toEqual([null, 7]);
  });
});
