import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { sourceSuite } from "@quadrat/core/testing";
import plugin from "../index.js";

const [source] = plugin.sources;
const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "ascii-grid-"));
after(() => rm(folder, { recursive: true }));

const openFile = (path, dataset = {}) => source.open({ name: "grid", path, dataset }, {});
const openText = async (text, dataset) => {
  const path = join(folder, "grid.asc");
  await writeFile(path, text);
  return openFile(path, dataset);
};
const head = "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n";

for (const name of ["corner.asc", "centre.asc"]) {
  describe(`the interface of sources, with ${name}`, () => {
    for (const { name: demand, run } of sourceSuite(source, { path: fixture(name) })) it(demand, run);
  });

  it(`${name} is read as GDAL reads it`, async () => {
    const raster = await openFile(fixture(name));
    const { width, height, affine } = raster;
    const { data } = await raster.read({ col: 0, row: 0, width, height });
    await raster.close();
    const lines = (await readFile(fixture(name.replace(".asc", ".xyz")), "utf8")).trim().split("\n");
    assert.equal(lines.length, data.length);
    for (const [i, line] of lines.entries()) {
      const [x, y, value] = line.split(" ").map(Number);
      assert.equal(affine.c + (i % width) * affine.a + affine.a / 2, x);
      assert.equal(affine.f + Math.floor(i / width) * affine.e + affine.e / 2, y);
      // GDAL reads float32 and prints -9999 for nodata.
      assert.equal(Math.fround(data[i]), value === -9999 ? NaN : Math.fround(value));
    }
  });
}

describe("an ASCII grid", () => {
  it("has the CRS of the .prj beside it", async () => {
    await writeFile(join(folder, "grid.prj"), "EPSG:4326");
    const raster = await openText(`${head}1 2 3 4`);
    assert.equal(raster.crs, "EPSG:4326");
    await raster.close();
  });

  it("has the nodata of the configuration, where that says one", async () => {
    for (const [nodata, expected] of [
      [undefined, [NaN, 2, 3, 4]],
      [2, [-9999, NaN, 3, 4]],
      [null, [-9999, 2, 3, 4]],
    ]) {
      const raster = await openText(`${head}-9999 2\n3 4`, { nodata });
      const { data } = await raster.read({ col: 0, row: 0, width: 2, height: 2 });
      assert.deepEqual([...data], expected);
      await raster.close();
    }
  });

  for (const [text, message] of [
    ["", /ncols is undefined; a whole number above 0 is needed/],
    [head.replace("cellsize 1", "cellsize -1"), /cellsize is -1/],
    [head.replace("xllcorner 0\n", ""), /the corner is missing/],
    [head.replace("nrows", "rows"), /rows is not a key of an ASCII grid/],
    [`${head}ncols 3\n1 2 3 4`, /ncols was given twice/],
    [`${head}1 2 3`, /it holds 3 numbers, but 2 columns by 2 rows are 4/],
    [`${head}1 2 3 4 5`, /it holds 5 numbers/],
  ]) {
    it(`is refused: ${message.source}`, () => assert.rejects(openText(text), message));
  }

  it("is refused where a number is none, with its row and column", async () => {
    const raster = await openText(`${head}1 2\n3 4,5`);
    await assert.rejects(
      raster.read({ col: 0, row: 1, width: 2, height: 1 }),
      /row 2, column 2 is 4,5, which is not a number/,
    );
    await raster.close();
  });
});
