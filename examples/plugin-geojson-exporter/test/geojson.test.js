import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { exporterSuite, testTable } from "@quadrat/core/testing";
import plugin from "../index.js";

const [geojson] = plugin.exporters;
const folder = await mkdtemp(join(tmpdir(), "geojson-"));
after(() => rm(folder, { recursive: true }));

for (const options of [{}, { nulls: false }]) {
  describe(`the interface of exporters, with options ${JSON.stringify(options)}`, () => {
    for (const { name, run } of exporterSuite(geojson, { options: { ...options } })) {
      // Without the properties that are NULL a table of NULLs and one of zeros differ all the same.
      it(name, run);
    }
  });
}

async function write(table, options = {}) {
  const path = join(folder, "out.geojson");
  const exporter = geojson.create(geojson.options.parse(options));
  await exporter.write(table, { path }, { signal: new AbortController().signal, progress() {} });
  return JSON.parse(await readFile(path, "utf8"));
}

describe("the GeoJSON", () => {
  it("has a point for every row, at the cell's centre", async () => {
    const value = (row) => (row === 1 ? null : row / 10);
    const { type, features } = await write(testTable({ rows: 3, types: ["float32"], value }));
    assert.equal(type, "FeatureCollection");
    assert.deepEqual(
      features.map(({ geometry, properties }) => [geometry.coordinates, properties]),
      [
        [[0.005, 49.995], { float32: 0 }],
        [[0.015, 49.995], { float32: null }],
        [[0.025, 49.995], { float32: 0.2 }],
      ],
    );
  });

  it("leaves properties without a value out if asked to", async () => {
    const table = testTable({ rows: 1, types: ["float32"], value: () => null });
    assert.deepEqual((await write(table, { nulls: false })).features[0].properties, {});
  });

  it("is refused by name for a grid in another coordinate system", () => {
    const exporter = geojson.create({ nulls: true });
    const { grid } = testTable({ rows: 1, crs: "EPSG:3035" });
    assert.throws(
      () => exporter.validate({ grid, columns: [] }),
      /GeoJSON is in EPSG:4326, but the grid is in EPSG:3035/,
    );
  });

  it("refuses unknown options", () => {
    assert.throws(() => geojson.options.parse({ pretty: true }), /pretty is not an option; allowed: nulls/);
  });
});
