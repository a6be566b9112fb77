import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGeoTiff } from "../src/index.js";
import { dataOffset, makeTiff, type TestField } from "./tiff-writer.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-classes-"));
});
afterAll(() => rm(folder, { recursive: true }));

const short = (tag: number, ...values: number[]): TestField => ({ tag, type: "short", values });

/** Two pixels of a byte in each of two bands; what the source says of one of them. */
async function open(given: {
  photometric?: number;
  aux?: string;
  metadata?: string;
  band?: number;
}): Promise<{ classes: string | undefined; files: readonly string[] | undefined }> {
  const path = join(folder, "a.tif");
  const { photometric = 1, aux, metadata, band = 1 } = given;
  const samples = photometric === 3 ? 1 : 2;
  const fields: TestField[] = [
    short(256, 2),
    short(257, 1),
    samples === 1 ? short(258, 8) : short(258, 8, 8),
    short(259, 1),
    short(262, photometric),
    { tag: 273, type: "long", values: [dataOffset] },
    short(277, samples),
    short(278, 1),
    { tag: 279, type: "long", values: [2 * samples] },
    ...(photometric === 3 ? [short(320, ...Array.from({ length: 768 }, (_, i) => i))] : []),
    { tag: 33550, type: "double", values: [1, 1, 0] },
    { tag: 33922, type: "double", values: [0, 0, 0, 0, 1, 0] },
    ...(metadata === undefined ? [] : [{ tag: 42112, type: "ascii", values: metadata } as const]),
  ];
  await writeFile(path, makeTiff({ data: Uint8Array.of(1, 2, 3, 4), fields }));
  await rm(`${path}.aux.xml`, { force: true });
  if (aux !== undefined) await writeFile(`${path}.aux.xml`, `<PAMDataset>${aux}</PAMDataset>`);
  const source = await openGeoTiff({ path, band, scaled: true });
  await source.close();
  return { classes: source.classes, files: source.files };
}

const bandXml = (band: number, inner: string): string =>
  `<PAMRasterBand band="${band}">${inner}</PAMRasterBand>`;

describe("what suggests classes", () => {
  it("is a colour table, in the file or beside it, categories, and what calls the band thematic", async () => {
    expect((await open({ photometric: 3 })).classes).toBe("a colour table");
    for (const [inner, what] of [
      ['<ColorTable><Entry c1="0"/></ColorTable>', "a colour table"],
      ["<ColorInterp>Palette</ColorInterp>", "a colour table"],
      ["<CategoryNames><Category>Forest</Category></CategoryNames>", "names of categories"],
      ['<GDALRasterAttributeTable tableType="thematic"/>', "a thematic attribute table"],
      ['<Metadata><MDI key="LAYER_TYPE">thematic</MDI></Metadata>', "the layer type thematic"],
    ] as const) {
      expect((await open({ aux: bandXml(1, inner) })).classes).toBe(what);
      expect((await open({ aux: bandXml(2, inner) })).classes).toBeUndefined();
      expect((await open({ aux: bandXml(1, "") + bandXml(2, inner), band: 2 })).classes).toBe(what);
    }
    const item = (value: string): string =>
      `<GDALMetadata><Item name="LAYER_TYPE" sample="1">${value}</Item></GDALMetadata>\0`;
    expect((await open({ metadata: item("thematic"), band: 2 })).classes).toBe("the layer type thematic");
    expect((await open({ metadata: item("thematic"), band: 1 })).classes).toBeUndefined();
    expect((await open({ metadata: item("athematic"), band: 2 })).classes).toBeUndefined();
  });

  it("is neither grey values nor statistics", async () => {
    expect((await open({})).classes).toBeUndefined();
    const histogram =
      '<ColorInterp>Gray</ColorInterp><GDALRasterAttributeTable tableType="athematic"/>' +
      '<Metadata><MDI key="STATISTICS_MEAN">4</MDI></Metadata>';
    expect((await open({ aux: bandXml(1, histogram) })).classes).toBeUndefined();
  });
});

describe("the files of a GeoTIFF", () => {
  it("are those that have a part in what was opened", async () => {
    const path = join(folder, "a.tif");
    await writeFile(join(folder, "a.tfw"), "9\n0\n0\n9\n9\n9\n");
    expect((await open({})).files).toEqual([path]);
    expect((await open({ aux: "" })).files).toEqual([path, `${path}.aux.xml`]);
  });
});
