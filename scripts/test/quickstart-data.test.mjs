import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { centroid } from "../../examples/quickstart/lib/topojson.mjs";

const folder = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));

describe("the quickstart's data", () => {
  it("are what make-data.mjs makes, byte by byte", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${folder}/make-data.mjs`, "--check"], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
  });

  it("stay small", () => {
    const bytes = ["annual-precip.tif", "habitat.csv"].map((name) => statSync(`${folder}/data/${name}`).size);
    assert.ok(bytes[0] + bytes[1] < 300_000, String(bytes));
  });

  // By GEOS 3.11.1 (ogr.Geometry.Centroid of GDAL 3.6.2) from the same TopoJSON. Among them counties with islands
  // (12087), with a hole (51161), and with several entries in the file (26083).
  const centroids = {
    "08031": [-104.872129, 39.765476],
    "06083": [-120.017807, 34.682264],
    26083: [-88.446936, 47.624877],
    12087: [-81.019438, 25.504346],
    51161: [-80.060717, 37.270001],
    53073: [-121.70712, 48.825342],
    23029: [-67.644762, 45.03592],
  };
  const rows = readFileSync(`${folder}/data/habitat.csv`, "utf8").trim().split("\n").slice(1);
  const places = new Map(rows.map((row) => row.split(",")).map(([id, x, y]) => [id, [Number(x), Number(y)]]));

  for (const [county, expected] of Object.entries(centroids)) {
    it(`county ${county} stands where GEOS puts its centroid`, () => {
      const found = places.get(county);
      for (const axis of [0, 1])
        assert.ok(Math.abs(found[axis] - expected[axis]) <= 0.5001e-4, `${found} ${expected}`);
    });
  }

  it("have every county of the lower 48 once, and no lake", () => {
    assert.equal(rows.length, 3081);
    assert.equal(places.size, 3081);
    assert.equal([...places.keys()].filter((id) => id.endsWith("000")).length, 0);
    for (const [x, y] of places.values()) assert.ok(x > -125 && x < -66 && y > 24 && y < 50);
  });
});

describe("a centroid", () => {
  const square = (x, y, size) => [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ];

  it("does not depend on the direction of a ring", () => {
    assert.deepEqual(centroid([[square(0, 0, 2)]]), [1, 1]);
    assert.deepEqual(centroid([[square(0, 0, 2).reverse()]]), [1, 1]);
  });

  it("leaves out holes and weighs parts by their area", () => {
    assert.deepEqual(centroid([[square(0, 0, 4), square(2, 2, 2)]]), [5 / 3, 5 / 3]);
    assert.deepEqual(centroid([[square(0, 0, 1)], [square(2, 0, 3)]]), [
      (0.5 * 1 + 3.5 * 9) / 10,
      (0.5 * 1 + 1.5 * 9) / 10,
    ]);
  });

  it("is nowhere when nothing is enclosed", () => {
    assert.equal(centroid([]), undefined);
    assert.equal(
      centroid([
        [
          [
            [0, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      ]),
      undefined,
    );
  });
});
