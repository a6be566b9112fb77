import { readFileSync } from "node:fs";
import { Grid } from "@quadrat/core";
import { createTransform, directionsOf, geodesicEnds, parseCrs } from "@quadrat/crs";
import { describe, expect, it } from "vitest";
import { centreOf, schemeOf } from "../../src/tables/codes/recognise.js";
import { mgrs } from "../../src/tables/codes/mgrs.js";
import { ringMaker } from "../../src/tables/circles/ring.js";
import { drawFrom } from "../../src/tables/circles/random.js";
import { useBench, type Laid } from "./support.js";

const folder = new URL("../fixtures/places/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const degree = Math.PI / 180;

describe("codes", () => {
  const centre = (code: string) => centreOf(code, undefined);

  it.each([
    ["10kmE432N321", 4325000, 3215000],
    ["1kmE4321N3210", 4321500, 3210500],
    ["1kmN3210E4321", 4321500, 3210500],
    ["100mE43215N32104", 4321550, 3210450],
    ["250mE1025N22000", 10375, 220125],
    ["25mE4334025N3210050", 4334037.5, 3210062.5],
    ["5kmE4325N3215", 4327500, 3217500],
    ["100kmE43N32", 4350000, 3250000],
    ["1000kmE4N3", 4500000, 3500000],
    ["1kmW2N3", -2500, 3500],
    ["CRS3035RES1000mN3210000E4321000", 4321500, 3210500],
  ])("of the EEA: %s", (code, x, y) => {
    expect(centre(code)).toEqual({ crs: "EPSG:3035", x, y });
  });

  it.each([
    ["E008N46", 8.5, 46.5],
    ["E008N46A", 8.25, 46.75],
    ["E008N46BA", 8.625, 46.875],
    ["E010N52CBC", 10.3125, 52.3125],
    ["W009S51", -9.5, -51.5],
    ["W000S00", -0.5, -0.5],
    ["W010N52DA", -10.375, 52.375],
  ])("of quarter degrees: %s", (code, x, y) => {
    expect(centre(code)).toEqual({ crs: "EPSG:4326", x, y });
  });

  it("of quarter degrees contain the places from which GBIF makes them", () => {
    // Of the tests of gbif/occurrence-cube.
    for (const [code, lon, lat] of [
      ["E010S52ADA", 10.3, -52.3],
      ["W010N52DAD", -10.3, 52.3],
      ["W010S52BCB", -10.3, -52.3],
      ["W175S21BDBDAD", -175.03633, -21.34284],
      ["W000N00ADDDDD", -0.5, 0.5],
    ] as const) {
      const half = 0.5 / 2 ** (code.length - 7);
      const { x, y } = centre(code)!;
      expect(Math.abs(x - lon)).toBeLessThanOrEqual(half + 1e-12);
      expect(Math.abs(y - lat)).toBeLessThanOrEqual(half + 1e-12);
    }
  });

  it.each([
    ...[
      "10kmE432",
      "0kmE1N1",
      "2000kmE4N3",
      "250mE1026N22000",
      "5kmE4326N3215",
      "10kmE99999N1X",
      "CRS3035RES1000mN3210500E4321000",
    ],
    ...["E180N46", "E008N90", "E008N46E", "E8N46", "32TLL8", "61TLL86", "32TIL86", "32U", "AIN00", ""],
  ])("that name no cell: %s", (code) => {
    expect(centre(code)).toBeUndefined();
  });

  it("of MGRS are those of GeographicLib, and no others", () => {
    const globe = parseCrs("EPSG:4326");
    const [, ...rows] = read("mgrs.csv").trimEnd().split("\n");
    let [good, bad] = [0, 0];
    for (const row of rows) {
      const [code, latitude, longitude] = row.split(",") as [string, string, string];
      const found = mgrs.centreOf(code);
      expect(found === undefined, code).toBe(latitude === "");
      if (!found) {
        bad++;
        continue;
      }
      good++;
      const [xs, ys] = [Float64Array.of(found.x), Float64Array.of(found.y)];
      createTransform(parseCrs(found.crs), globe).transform(xs, ys);
      const turns = Math.round((xs[0]! - Number(longitude)) / 360);
      const across = (xs[0]! - Number(longitude) - 360 * turns) * Math.cos(Number(latitude) * degree);
      expect(Math.hypot(across, ys[0]! - Number(latitude)), code).toBeLessThan(3e-9);
    }
    expect(good).toBeGreaterThan(400);
    expect(bad).toBeGreaterThan(2000);
  });

  it("are told apart by their form", () => {
    const of = (...sample: string[]) => schemeOf("cube.csv", "cell", sample)?.name;
    expect(of("", "10kmE432N321", "what")).toBe("EEA reference grid");
    expect(of("NA", "E008N46BA")).toBe("extended quarter degree grid");
    expect(of("32TLL86")).toBe("MGRS");
    expect(of("", "NA")).toBeUndefined();
    expect(() => of("10kmE432N321", "E008N46BA")).toThrow(
      'codes of several kinds: "10kmE432N321" (EEA reference grid) and "E008N46BA" (extended quarter degree grid)',
    );
    expect(() => of("549767897011250000")).toThrow("ISEA3H");
    expect(() => of("-158282526011250000")).toThrow("ISEA3H");
    expect(() => of("E01018N5230")).toThrow("how large its cell is");
    expect(() => of("u0m7")).toThrow('no codes of a known kind, but texts such as "u0m7"');
  });
});

describe("circles", () => {
  it("have the ends of geodesics that pyproj has", () => {
    const ends = { longitudes: new Float64Array(1), latitudes: new Float64Array(1) };
    for (const [latitude, azimuth, distance, longitude, end] of JSON.parse(
      read("geodesics.json"),
    ) as number[][]) {
      geodesicEnds(latitude! * degree, distance!, directionsOf(Float64Array.of(azimuth! * degree)), ends);
      const across = Math.sin((ends.longitudes[0]! - longitude! * degree) / 2) * 2 * Math.cos(end! * degree);
      // A millimetre.
      expect(Math.hypot(across, ends.latitudes[0]! - end! * degree)).toBeLessThan(1.6e-10);
    }
  });

  it("are the same by series as point by point", () => {
    const ring = ringMaker(64);
    const directions = directionsOf(Float64Array.from({ length: 64 }, (_, i) => (i * Math.PI) / 32));
    const ends = { longitudes: new Float64Array(64), latitudes: new Float64Array(64) };
    for (const latitude of [0, 0.7, -1.2, 1.5]) {
      for (const radius of [1, 1000, 30_000, 200_000, 2e6]) {
        const { longitudes, latitudes } = ring(0, latitude, radius);
        geodesicEnds(latitude, radius, directions, ends);
        for (let i = 0; i < 64; i++) {
          const across = Math.sin((ends.longitudes[i]! - longitudes[i]!) / 2) * 2 * Math.cos(latitude);
          expect(Math.hypot(across, ends.latitudes[i]! - latitudes[i]!) * 6.4e6).toBeLessThan(
            1e-8 * radius + 1e-6,
          );
        }
      }
    }
  });

  it("draw numbers evenly, which depend on every bit", () => {
    const draw = drawFrom(7);
    const counts = new Uint32Array(100);
    for (let i = 0; i < 100_000; i++) {
      const [one, other] = draw(8.1234, 47.5 + i * 1e-5, 1000, 0, 0);
      counts[Math.floor(one * 10) * 10 + Math.floor(other * 10)]!++;
    }
    const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeGreaterThan(55);
    expect(chi).toBeLessThan(150);
    expect(draw(0, 0, 1)).toEqual(draw(-0, 0, 1));
    expect(draw(0, 0, 1)).not.toEqual(drawFrom(8)(0, 0, 1));
    expect(draw(0, 0, 1, 0, 1)).not.toEqual(draw(0, 0, 1, 0, 2));
  });
});

interface CircleCase {
  readonly grid: { crs: string; resolution: number; bounds: [number, number, number, number] };
  readonly circle: [longitude: number, latitude: number, radius: number];
  readonly cells: [cell: number, share: number][];
}

const circleCases = (JSON.parse(read("circles.json")) as CircleCase[]).map(
  (one) => [`${one.circle.join(", ")} on ${one.grid.crs} ${one.grid.resolution}`, one] as const,
);
const total = ({ cells }: Laid): number => cells.reduce((sum, [, value]) => sum + value, 0);
const spread = { uncertainty: "u", assign: "fraction" } as const;

describe("tables with circles", () => {
  const bench = useBench();
  const header = "decimalLongitude,decimalLatitude,u\n";

  it.each(circleCases)("%s: the shares that shapely has", async (_, { grid, circle, cells }) => {
    const path = await bench.put("circle.csv", `${header}${circle.join(",")}\n`);
    const { resolution, ...rest } = grid;
    const target = new Grid({ ...rest, resolution: [resolution, resolution] });
    const laid = await bench.lay(path, spread, { grid: target });
    const expected = new Map(cells);
    const found = new Map(laid.cells);
    for (const cell of new Set([...expected.keys(), ...found.keys()])) {
      expect(Math.abs((found.get(cell) ?? 0) - (expected.get(cell) ?? 0)), `cell ${cell}`).toBeLessThan(1e-5);
    }
    const inside = cells.reduce((sum, [, share]) => sum + share, 0);
    if (inside > 1 - 1e-6) expect(Math.abs(total(laid) - 1)).toBeLessThan(1e-12);
    else {
      expect(total(laid)).toBeCloseTo(inside, 5);
      expect(laid.report.warnings.join()).toMatch(/^1 record reaches beyond the grid/);
    }
  });

  const grid = new Grid({ crs: "EPSG:3035", resolution: [20_000, 20_000], bounds: [3e6, 2e6, 5e6, 4e6] });

  function records(count: number): string[] {
    const draw = drawFrom(1);
    return Array.from({ length: count }, (_, i) => {
      const [a, b] = draw(i % Math.ceil(count * 0.9));
      const radius = ["30", "1000", "15000", "60000", "", "0", "-5", "x"][Math.floor(b * 1e6) % 8]!;
      return `${(7 + 4 * a).toFixed(4)},${(46 + 4 * b).toFixed(4)},${radius}`;
    });
  }

  it.each(["fraction", "random"] as const)("%s: the same, however records are ordered", async (assign) => {
    const rows = records(3000);
    const results: Laid[] = [];
    for (const order of [rows, rows.toReversed(), rows.toSorted()]) {
      const path = await bench.put("order.csv", `${header}${order.join("\n")}\n`);
      results.push(await bench.lay(path, { uncertainty: "u", assign, seed: 3 }, { grid }));
    }
    expect(results[1]!.cells).toEqual(results[0]!.cells);
    expect(results[2]!.cells).toEqual(results[0]!.cells);
    expect(Math.abs(total(results[0]!) - 3000)).toBeLessThan(1e-9);
    expect(results[0]!.report).toMatchObject({ read: 3000, used: 3000, skipped: {} });
    expect(results[0]!.report.warnings.join()).toMatch(/of 3000 records count as points/);
  });

  it("random: equal records fall in different places, others with another seed", async () => {
    const path = await bench.put("equal.csv", `${header}${"9,47,200000\n".repeat(500)}`);
    const lay = (seed: number): Promise<Laid> =>
      bench.lay(path, { uncertainty: "u", assign: "random", seed }, { grid });
    const [one, again, other] = [await lay(1), await lay(1), await lay(2)];
    expect(one.cells.length).toBeGreaterThan(200);
    expect(again.cells).toEqual(one.cells);
    expect(other.cells).not.toEqual(one.cells);
  });

  it("random: as many in a cell as its share of the area", async () => {
    const path = await bench.put("many.csv", `${header}${"9,47,50000\n".repeat(20_000)}`);
    const random = await bench.lay(path, { uncertainty: "u", assign: "random" }, { grid });
    const shares = new Map((await bench.lay(path, spread, { grid })).cells);
    for (const [cell, count] of random.cells) {
      expect(Math.abs(count - shares.get(cell)!)).toBeLessThan(5 * Math.sqrt(shares.get(cell)!) + 3);
    }
  });

  it("point: the uncertainty only has to be there", async () => {
    const path = await bench.put("point.csv", `${header}9,47,50000\n`);
    const laid = await bench.lay(path, { uncertainty: "u" }, { grid });
    expect(laid.cells).toHaveLength(1);
    expect(laid.dataType).toBe("uint32");
    const refused = await bench.refusal(path, { uncertainty: "v" }, { grid });
    expect(refused.message).toMatch(/column "v" does not exist/);
  });

  it("fraction: circles larger than half of the globe, and around the antipode", async () => {
    const world = new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [-180, -90, 180, 90] });
    const path = await bench.put(
      "huge.csv",
      `${header}9,47,9000000\n9,47,15000000\n9,47,1e9\n9,-90,5000000\n`,
    );
    const laid = await bench.lay(path, spread, { grid: world });
    expect(Math.abs(total(laid) - 4)).toBeLessThan(1e-9);
    expect(laid.dataType).toBe("float64");
  });
});

describe("tables with codes", () => {
  const bench = useBench();
  const grid = new Grid({ crs: "EPSG:3035", resolution: [10_000, 10_000], bounds: [4e6, 3e6, 4.5e6, 3.5e6] });

  it("count codes that are missing or wrong, with their first lines", async () => {
    const path = await bench.put("cube.csv", "cell,n\n10kmE432N321,2\n,1\n10kmE432N32x,1\n10kmE432N321,3\n");
    const laid = await bench.lay(path, { code: "cell", measure: "sum", value: "n" }, { grid });
    expect(laid.cells).toEqual([[28 * 50 + 32, 5]]);
    expect(laid.report).toEqual({
      read: 4,
      used: 2,
      skipped: { "code missing": 1, "no code of a cell": 1 },
      placed: "centres of cells by code: EEA reference grid",
      warnings: [
        '1 record left out: code missing (first in line 3: "")',
        '1 record left out: no code of a cell (first in line 4: "10kmE432N32x")',
      ],
    });
    const refused = await bench.refusal(path, { code: "cell", strict: true }, { grid });
    expect(refused.message).toMatch(/code missing/);
  });

  it("are refused if the column is not there, or none of its codes is good", async () => {
    const path = await bench.put("bad.csv", "cell,n\n10kmE432N32x,1\n");
    expect((await bench.refusal(path, { code: "cell" }, { grid })).message).toMatch(
      /no codes of a known kind/,
    );
    expect((await bench.refusal(path, { code: "cells" }, { grid })).message).toMatch(
      /column "cells" does not exist/,
    );
  });

  it("are read from Parquet", async () => {
    const path = `${bench.folder}/cube.parquet`;
    await bench.store.exec(
      `COPY (SELECT * FROM (VALUES ('32TLL86', 1), (NULL, 2), ('32TLL8', 3), ('32TLL86', 4)) t(cell, n)) TO '${path}' (FORMAT parquet)`,
    );
    const world = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] });
    const laid = await bench.lay(path, { code: "cell", measure: "sum", value: "n" }, { grid: world });
    expect(laid.cells).toEqual([[48 * 360 + 187, 5]]);
    expect(laid.report.warnings).toEqual([
      "1 record left out: code missing (first in row 2)",
      "1 record left out: no code of a cell (first in row 3)",
    ]);
  });
});
