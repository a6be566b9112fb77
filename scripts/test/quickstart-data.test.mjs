import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { airportFinder } from "../../examples/quickstart/lib/airports.mjs";
import { table } from "../../examples/quickstart/lib/csv.mjs";
import { centroid, polygonsOf } from "../../examples/quickstart/lib/topojson.mjs";

const folder = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));

describe("the quickstart's data", () => {
  it("are what make-data.mjs makes, byte by byte", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${folder}/make-data.mjs`, "--check"], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
  });

  it("are what the example of a model makes of them, byte by byte", () => {
    const script = `${folder}/../species-distribution/make-data.mjs`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
  });

  it("stay small", () => {
    const names = ["annual-precip.tif", "habitat.csv", "strikes.csv"];
    const bytes = names.map((name) => statSync(`${folder}/data/${name}`).size);
    assert.ok(bytes[0] + bytes[1] + bytes[2] < 400_000, String(bytes));
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

describe("the strikes", () => {
  const source = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "..", "data");
  const reports = table(readFileSync(join(source, "birdstrikes.csv"), "utf8"));
  const strikes = table(readFileSync(`${folder}/data/strikes.csv`, "utf8"));

  it("are the reports that name an animal and an airport, counted in the README", () => {
    const named = reports.filter((report) => !report["Wildlife Species"].startsWith("Unknown "));
    const found = named.filter((report) => report["Airport Name"] !== "BARKSDALE AIR FORCE BASE ARPT");
    const columns = ({ vernacularName, eventDate, locality, stateProvince }) => [
      vernacularName,
      eventDate,
      locality,
      stateProvince,
    ];
    assert.deepEqual(
      strikes.map(columns),
      found.map((report) => [
        report["Wildlife Species"],
        report["Flight Date"],
        report["Airport Name"],
        report["Origin State"],
      ]),
    );
    assert.deepEqual(
      [reports.length, reports.length - named.length, named.length - found.length, found.length],
      [10000, 8009, 49, 1942],
    );
    const text = readFileSync(`${folder}/README.md`, "utf8").replaceAll("\n", " ");
    for (const words of ["Of the 10000 reports", "8009 do not name", "49 are from", "other 1942 are kept"])
      assert.ok(text.includes(words), words);
  });

  it("have a date, and a place for each airport", () => {
    const places = new Map();
    for (const { eventDate, locality, decimalLongitude, decimalLatitude } of strikes) {
      assert.match(eventDate, /^(199\d|200[0-2])-\d\d-\d\d$/);
      places.set(locality, (places.get(locality) ?? new Set()).add(`${decimalLongitude} ${decimalLatitude}`));
    }
    assert.equal(places.size, 49);
    for (const [airport, found] of places) assert.equal(found.size, 1, airport);
    assert.equal(new Set([...places.values()].map(([place]) => place)).size, 49);
  });

  // The Census Bureau's outlines of the states know nothing of the airports. Both of Washington's are in Virginia.
  it("stand in the states that the reports name", () => {
    const fips = {
      Arizona: 4,
      California: 6,
      Colorado: 8,
      DC: 51,
      Florida: 12,
      Georgia: 13,
      Hawaii: 15,
      Illinois: 17,
      Indiana: 18,
      Kentucky: 21,
      Louisiana: 22,
      Maryland: 24,
      Massachusetts: 25,
      Michigan: 26,
      Minnesota: 27,
      Missouri: 29,
      Nebraska: 31,
      "New Jersey": 34,
      "New York": 36,
      "North Carolina": 37,
      Ohio: 39,
      Oklahoma: 40,
      Oregon: 41,
      Pennsylvania: 42,
      "South Carolina": 45,
      Tennessee: 47,
      Texas: 48,
      Utah: 49,
      Washington: 53,
    };
    const topology = JSON.parse(readFileSync(join(source, "us-10m.json"), "utf8"));
    const shapes = new Map();
    for (const state of topology.objects.states.geometries)
      shapes.set(state.id, [...(shapes.get(state.id) ?? []), ...polygonsOf(topology, state)]);
    const outside = strikes.filter(({ stateProvince, decimalLongitude, decimalLatitude }) => {
      const rings = shapes.get(fips[stateProvince]).flat();
      return !around([Number(decimalLongitude), Number(decimalLatitude)]).some((at) => contains(rings, at));
    });
    assert.deepEqual([...new Set(outside.map(({ locality }) => locality))], []);
  });

  /** The outlines are coarse, and some airports stand on land won from the sea: a tenth of a degree off is near enough. */
  function around([x, y]) {
    const steps = [-0.1, 0, 0.1];
    return steps.flatMap((dx) => steps.map((dy) => [x + dx, y + dy]));
  }

  /** Whether a ray to the east crosses the rings an odd number of times. */
  function contains(rings, [x, y]) {
    let crossings = 0;
    for (const ring of rings) {
      ring.forEach(([ax, ay], i) => {
        const [bx, by] = ring[(i + 1) % ring.length];
        if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) crossings++;
      });
    }
    return crossings % 2 === 1;
  }
});

describe("an airport", () => {
  const airports = [
    { iata: "PDX", name: "Portland Intl", state: "OR" },
    { iata: "PWM", name: "Portland International", state: "ME" },
    { iata: "AAA", name: "Twin", state: "TX" },
    { iata: "BBB", name: "Twin Airport", state: "TX" },
    { iata: "LGA", name: "LaGuardia", state: "NY" },
  ];
  const codeOf = (name, state) => airportFinder(airports)(name, state)?.iata;

  it("is found by its name and its state, however the name is spelled", () => {
    assert.equal(codeOf("PORTLAND INTL (OR)", "Oregon"), "PDX");
    assert.equal(codeOf("PORTLAND", "Oregon"), "PDX");
    assert.equal(codeOf("LAGUARDIA NY", "New York"), "LGA");
  });

  it("is unknown where none has the name in that state, or more than one", () => {
    assert.equal(codeOf("PORTLAND INTL", "Utah"), undefined);
    assert.equal(codeOf("TWIN ARPT", "Texas"), undefined);
  });
});

describe("the fields of a CSV", () => {
  it("may be empty or quoted", () => {
    assert.deepEqual(table('a,b,c\r\n,"x, ""y""",\n1,,"2"\n'), [
      { a: "", b: 'x, "y"', c: "" },
      { a: "1", b: "", c: "2" },
    ]);
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
