import { existsSync } from "node:fs";
import { join } from "node:path";
import { Grid, qualify, type CellReport, type DatasetConfig } from "@quadrat/core";
import { DuckDbStore } from "@quadrat/core/host";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distance } from "../../src/tables/checks/geodesic.js";
import { nearPlaces } from "../../src/tables/checks/places.js";
import { notOn } from "../../src/tables/checks/land.js";
import { PolygonIndex } from "../../src/tables/checks/polygon-index.js";
import { openTable } from "../../src/tables/open-table.js";
import { alps, readPlainCsv, shared, useBench } from "./support.js";

const bench = useBench();
const lonLat = { x: "lon", y: "lat" } as const;
const names = {
  records: '"main"."used"',
  verdicts: '"main"."judged"',
  rejected: '"main"."left"',
  derived: '"main"."derived"',
};

interface Kept {
  readonly report: CellReport;
  readonly cells: readonly Record<string, unknown>[];
  readonly records: readonly Record<string, unknown>[];
  readonly verdicts: readonly (readonly [
    record: number,
    verdict: string,
    detail: string | null,
    used: boolean,
  ])[];
}

interface Options {
  readonly grid?: Grid;
  readonly store?: DuckDbStore;
  /** Returns only the records whose numbers are multiples. */
  readonly every?: number;
}

/** Puts a table on a grid and returns its records and verdicts as well. */
async function keep(
  path: string,
  dataset: Partial<DatasetConfig> = {},
  options: Options = {},
): Promise<Kept> {
  const store = options.store ?? bench.store;
  for (const name of ["used", "judged"]) {
    const [found] = await store.rows<{ view: boolean }>(
      "SELECT table_type = 'VIEW' AS view FROM information_schema.tables WHERE table_name = $1",
      [name],
    );
    if (found)
      await store.exec(`DROP ${found.view ? "VIEW" : "TABLE"} ${qualify({ schema: "main", table: name })}`);
  }
  const config: DatasetConfig = {
    kind: "occurrences",
    type: "continuous",
    band: 1,
    scaled: true,
    overviews: "none",
    strict: false,
    path,
    ...lonLat,
    ...dataset,
  };
  const source = await openTable({ name: "points", path, dataset: config });
  const report = await source.stage({
    grid: options.grid ?? alps,
    store,
    table: '"main"."points"',
    records: names,
    signal: new AbortController().signal,
  });
  await source.close();
  const numbers = (row: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === "bigint" ? Number(value) : value]),
    );
  const cells = await store.rows("FROM main.points");
  const records = await store.rows(`FROM main.used WHERE record % ${options.every ?? 1} = 0`);
  const verdicts = await store.rows<{
    record: bigint;
    verdict: string;
    detail: string | null;
    used: boolean;
  }>("FROM main.judged");
  return {
    report,
    cells: cells.map(numbers),
    records: records.map(numbers),
    verdicts: verdicts.map(({ record, verdict, detail, used }) => [Number(record), verdict, detail, used]),
  };
}

const text = `lon,lat,species,year,basis of record
7.1,46.1,Lynx lynx,1990,HUMAN
x,46.1,Lynx lynx,1991,HUMAN
7.1,46.1,Lynx lynx,,FOSSIL
8.1,47.1,,2001,HUMAN
50,47.1,Meles meles,2002,
`;

async function refusal(
  where: string,
  content = text,
): Promise<{ message: string; hint: string; key: string }> {
  const path = await bench.put("where.csv", content);
  const error = await bench.refusal(path, { ...lonLat, where });
  return { message: error.message, hint: error.hint ?? "", key: error.place.key ?? "" };
}

describe("a condition", () => {
  it.each([
    ["year >= 1990", [1, 4]],
    ["YEAR >= 1990 AND species IS NOT NULL", [1]],
    ["year IS NULL", [3]],
    [`"basis of record" = 'HUMAN'`, [1, 4]],
    [`"basis of record" <> 'HUMAN' -- a remark`, [3]],
    ["lon > 7.5 OR year < 1991", [1, 4]],
    ["x > 7.5 OR year < 1991", [4, 1]],
    ["len(list_filter([year], lambda x: x > 1990)) > 0", [4]],
    ["true", [1, 3, 4]],
    ["year > NULL", []],
  ])("%s chooses records %j", async (where, wanted) => {
    const content = where.startsWith("x ") ? text.replace("lon,", "x,").replace("lat,", "y,") : text;
    const path = await bench.put("where.csv", content);
    const columns = where.startsWith("x ") ? { x: "x", y: "y" } : lonLat;
    const { records, report } = await keep(path, { ...columns, where });
    expect(records.map(({ record }) => record)).toEqual([...wanted].sort((a, b) => a - b));
    expect(report.read).toBe(5);
  });

  it("is neither a fault nor a verdict", async () => {
    const path = await bench.put("where.csv", text);
    const { verdicts, report } = await keep(path, { where: "year < 1991" });
    expect(report.skipped).toEqual({ "left out by `where`": 4 });
    expect(verdicts).toEqual([]);
  });

  it.each([
    ["", "is empty", ""],
    ["  -- nothing", "is empty", ""],
    ["yeer >= 1990", 'names the column "yeer"', 'did you mean "year"'],
    ["year > 1990; DROP TABLE merged", "more than one statement", ""],
    ["year > 1990;", undefined, ""],
    ["year IN (SELECT 1)", "subquery", ""],
    ["EXISTS (FROM read_csv('/etc/passwd'))", "subquery", ""],
    ["count(*) > 1", "calls count_star, an aggregate", ""],
    ["row_number() OVER () > 1", "window", ""],
    ["year + 1", "is of type BIGINT, not true or false", ""],
    ["'true'", "is of type VARCHAR", ""],
    ["random() > 0.5", "calls random", ""],
    ["current_date > DATE '2020-01-01'", "calls current_date", ""],
    ["current_setting('threads') = '1'", "calls current_setting", ""],
    ["getenv('HOME') = ''", "getenv", ""],
    ["year > ?", "parameter", ""],
    ["year > $1", "parameter", ""],
    ["COLUMNS(*) > 1", "star", ""],
    ["*", "star", ""],
    ["year > 1990) OR (true", "can't be read", ""],
    ["true) FROM range(3) WHERE (true", "can't be read", ""],
    ["true ORDER BY 1", "is more than a condition", ""],
    ["true AS x", "is more than a condition", ""],
    ["true, false", "is more than a condition", ""],
    ["DISTINCT true", "is more than a condition", ""],
    ["nonsense(year)", "is invalid", ""],
    ["species > 3 AND", "can't be read", ""],
    ["year > 'abc'", "is invalid", ""],
    ["FROM x", "can't be read", ""],
  ])("%j is refused if %s", async (where, message, hint) => {
    if (message === undefined) {
      const path = await bench.put("where.csv", text);
      expect((await keep(path, { where })).records).toHaveLength(1);
      return;
    }
    const found = await refusal(where);
    expect(found.message).toContain(message);
    expect(found.hint).toContain(hint);
    expect(found.key).toBe("where");
  });

  it("that fails on a record ends the run with the reason", async () => {
    const error = await refusal("CAST(species AS INTEGER) > 3");
    expect(error.message).toMatch(/where.*Could not convert string 'Lynx lynx'/s);
  });

  it("reads the columns of Parquet with their own types, and those of folders", async () => {
    const folder = join(bench.folder, "hive");
    for (const year of [2019, 2020]) {
      await bench.put(`hive/year=${year}/keep`, "");
      await bench.store.exec(
        `COPY (SELECT 7.1 AS lon, 46.1 AS lat, DATE '2020-01-01' + i::INTEGER AS day, {a: i} AS s FROM range(3) t(i))
         TO '${join(folder, `year=${year}`, "part.parquet")}'`,
      );
    }
    const { records } = await keep(join(folder, "**/*.parquet"), {
      where: "year = 2020 AND day >= DATE '2020-01-02' AND s.a < 2",
      keep: ["year", "day"],
    });
    expect(records).toMatchObject([{ record: 5, year: 2020 }]);
  });
});

describe("records", () => {
  it("are numbered through all files, with those that can't be split", async () => {
    await bench.put("many/a1.csv", 'lon,lat,id\n7.1,46.1,1\n7.1,46.1,2,3,4\n"7.1,46.1,3\n'.replace('"', ""));
    await bench.put("many/a2.csv", "id;lon;lat;n\n4;7.1;46.1;x\n\n5;7.1;;\n6;8.1;47.1;1.5\n");
    await bench.put("many/a10.csv", 'lon,lat,id\n8.1,47.1,seven\n"8.1" x,47.1,8\n');
    const { records, verdicts, report } = await keep(join(bench.folder, "many"), { keep: ["id", "n"] });
    expect(records.map(({ record, id, n }) => [record, id, n])).toEqual([
      [1, "1", null],
      [3, "3", null],
      [4, "4", "x"],
      [6, "6", "1.5"],
      [7, "seven", null],
    ]);
    expect(verdicts).toEqual([
      [2, "wrong number of fields", null, false],
      [5, "coordinate missing", null, false],
      [8, "misplaced quote", null, false],
    ]);
    expect(report.warnings.join("\n")).toContain('2 of 3 files have no column "n"');
  });

  it("have the types of the first records, and warn of later ones", async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => `7.1,46.1,${i},${i / 2},t${i}`);
    lines[1100] = "7.1,46.1,many,1.5,007";
    lines[1101] = "7.1,46.1,1.5,NA,";
    const path = await bench.put("types.csv", `lon,lat,a,b,c\n${lines.join("\n")}\n`);
    const { records, report } = await keep(path, { keep: ["a", "b", "c"] });
    expect(records.slice(1099, 1103)).toMatchObject([
      { a: 1099, b: 549.5, c: "t1099" },
      { a: null, b: 1.5, c: "007" },
      { a: null, b: null, c: null },
      { a: 1102, b: 551, c: "t1102" },
    ]);
    expect(report.warnings.join("\n")).toContain("2 fields are not numbers in columns of numbers");
  });

  it("have coordinates in the grid's CRS", async () => {
    const grid = new Grid({
      crs: "EPSG:3035",
      resolution: [10_000, 10_000],
      bounds: [4_000_000, 2_000_000, 5_000_000, 3_000_000],
    });
    const path = await bench.put("laea.csv", text);
    const { records, verdicts } = await keep(path, {}, { grid });
    expect(records).toHaveLength(3);
    const [{ x, y, cell }] = records as [{ x: number; y: number; cell: number }];
    expect(cell).toBe(Math.floor((3_000_000 - y) / 10_000) * 100 + Math.floor((x - 4_000_000) / 10_000));
    expect(verdicts.map(([, verdict]) => verdict)).toEqual([
      "coordinate is not a number",
      "outside the grid",
    ]);
  });

  it("keep only columns of the input", async () => {
    const path = await bench.put("keep.csv", text);
    const error = await bench.refusal(path, { ...lonLat, keep: ["yaer"] });
    expect([error.message, error.hint, error.place.key].join("\n")).toMatch(
      /column "yaer" does not exist\ndid you mean "year"\?.*\nkeep/,
    );
  });

  it("are the same whether they are copied or read from the input again", async () => {
    const path = join(bench.folder, "large.parquet");
    await bench.store.exec(`COPY (
      SELECT CASE WHEN i % 1000 = 0 THEN NULL ELSE 5 + (i * 7919 % 60011) / 10000.0 END AS lon,
        CASE WHEN i % 1001 = 0 THEN 5 + (i * 7919 % 60011) / 10000.0 ELSE 45 + (i * 104729 % 70001) / 10000.0 END AS lat,
        CASE WHEN i % 5 > 0 THEN 's' || (i % 97) END AS species, i % 50 AS year
      FROM range(2000001) t(i)) TO '${path}'`);
    const dataset = {
      species: "species",
      keep: ["year"],
      where: "year <> 7",
      checks: { zero: {}, equal: { then: "drop" }, rounded: { to: 0.25 } },
    } as const;
    for (const measure of ["records", "species"] as const) {
      const view = await keep(path, { ...dataset, measure }, { every: 1013 });
      const copy = await keep(path, { ...dataset, measure, rejected: true }, { every: 1013 });
      expect(view.records.length).toBeGreaterThan(1000);
      expect(view).toEqual(copy);
    }
  }, 240_000);

  it("are the same on one thread with little memory", async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => {
      const lon = 5 + ((i * 7919) % 101) / 20;
      return i % 100 === 3 ? `${lon},` : `${lon},${45 + ((i * 104_729) % 13) / 2},s${i % 7},2001`;
    });
    const path = await bench.put("threads.csv", `lon,lat,species,eventDate\n${lines.join("\n")}\n`);
    const dataset = { species: "species", checks: { duplicates: { then: "drop" }, rounded: {} } } as const;
    const usual = await keep(path, dataset);
    const store = await DuckDbStore.open(join(bench.folder, "small.duckdb"), {
      memoryBytes: 64e6,
      threads: 1,
      temporaryDirectory: join(bench.folder, "small-spill"),
    });
    try {
      expect(await keep(path, dataset, { store })).toEqual(usual);
    } finally {
      await store.close();
    }
    expect(usual.report.verdicts!["duplicate"]!.leftOut).toBeGreaterThan(1000);
  });
});

describe("checks", () => {
  it("compare records of the species that the input names, whatever the dataset does", async () => {
    const lines = ["a,2001", "b,2001", "b,2001", "b,2002"].map((rest) => `6.5,46.5,${rest}`);
    const path = await bench.put("named.csv", ["lon,lat,species,eventDate", ...lines].join("\n"));
    for (const more of [{}, { species: "species" }, { measure: "presence" as const }]) {
      const { verdicts } = await keep(path, { ...more, checks: { duplicates: { then: "drop" } } });
      expect(verdicts).toEqual([[3, "duplicate", "of record 2", false]]);
    }
  });

  it("are independent, and the first of duplicates stays", async () => {
    const path = await bench.put(
      "checks.csv",
      [
        "lon,lat,species,eventDate,coordinateUncertaintyInMeters",
        "6.5,46.50,a,2001,100",
        "6.50,46.5,a,2001,200.5",
        "6.5,46.5,b,2001,",
        "6.5,46.5,a,2002,NA",
        "200,46.5,a,2001,",
        "7.1,46.1,a,2001,100.5",
        "7.1,46.1,,2001,100",
        "7.1,46.1,,2001,x",
      ].join("\n"),
    );
    const checks = {
      duplicates: {},
      rounded: {},
      uncertainty: { above: 100, then: "drop" },
    } as const;
    const { records, verdicts, report } = await keep(path, { species: "species", checks });
    expect(verdicts).toEqual([
      [1, "rounded coordinates", "multiples of 0.5", true],
      [2, "duplicate", "of record 1", false],
      [2, "rounded coordinates", "multiples of 0.5", false],
      [2, "uncertainty too large", "200.5 m", false],
      [3, "rounded coordinates", "multiples of 0.5", true],
      [4, "rounded coordinates", "multiples of 0.5", true],
      [5, "longitude out of range", "200, 46.5", false],
      [6, "uncertainty too large", "100.5 m", false],
      [8, "duplicate", "of record 7", true],
    ]);
    expect(records.map(({ record }) => record)).toEqual([1, 3, 4, 7, 8]);
    expect(report).toMatchObject({
      read: 8,
      used: 5,
      skipped: { "longitude out of range": 1, "left out by checks": 2 },
      verdicts: {
        duplicate: { flagged: 2, leftOut: 0, first: [2, 8] },
        "uncertainty too large": { flagged: 0, leftOut: 2, first: [2, 6] },
      },
    });
  });

  const f7 = join(shared, "cases-pts/f7-verdicts");
  it.runIf(existsSync(f7))("give every record of a case its verdicts", async () => {
    const within = (name: string, metres: number) => ({ path: join(f7, `${name}.csv`), within: metres });
    const { verdicts } = await keep(
      join(f7, "records.csv"),
      {
        x: "decimalLongitude",
        y: "decimalLatitude",
        species: "species",
        checks: {
          centroids: within("centroids", 1000),
          capitals: within("capitals", 10_000),
          institutions: within("institutions", 100),
          sea: { path: join(f7, "land.geojson"), then: "drop" },
          duplicates: {},
          rounded: {},
          uncertainty: { above: 10_000, then: "drop" },
        },
      },
      { grid: new Grid({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [2, 41, 10, 48] }) },
    );
    const words: Readonly<Record<string, RegExp>> = {
      missing: /missing/,
      number: /not a number/,
      range: /range/,
      zero: /zero/,
      outside: /outside the grid/,
      centroid: /centroid/,
      capital: /capital/,
      institution: /institution/,
      sea: /sea/,
      duplicate: /duplicate/,
      rounded: /round/,
      uncertain: /uncertain/,
    };
    const wordOf = (verdict: string): string =>
      Object.keys(words).find((word) => words[word]!.test(verdict))!;
    const expected = readPlainCsv(join(f7, "expected_verdicts.csv"));
    for (const { record, verdicts: wanted } of expected) {
      const found = verdicts
        .filter(([number]) => number === Number(record))
        .map(([, verdict]) => wordOf(verdict));
      expect([record, found.sort()]).toEqual([
        record,
        wanted!
          .split("|")
          .filter((word) => word !== "ok")
          .sort(),
      ]);
    }
  });

  it("know the land and the countries without files of the user's", async () => {
    const path = await bench.put(
      "atlas.csv",
      [
        "lon,lat,countryCode",
        "13.4,52.5,DE",
        "13.4,52.5,de",
        "-13.4,52.5,DE",
        "52.5,13.4,DE",
        "13.4,52.5,FR",
        "2.3,48.9,FR",
        "2.3,48.9,",
        "2.3,48.9,ZZ",
        "-30,40,PT",
        "-8.5,51.69,IE",
        "44.06,9.56,SO",
        "20.9,42.6,XK",
        "20.9,42.6,RS",
        "33.3,35.3,CY",
      ].join("\n"),
    );
    const globe = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] });
    const checks = { country: {}, swapped: {}, sea: {} } as const;
    const { verdicts, report } = await keep(path, { checks }, { grid: globe });
    expect(verdicts.map(([record, verdict, detail]) => [record, verdict, detail])).toEqual([
      [3, "outside of its country", "not in DE"],
      [3, "coordinates swapped or of the wrong sign", "wrong sign of the longitude"],
      [3, "in the sea", null],
      [4, "outside of its country", "not in DE"],
      [4, "coordinates swapped or of the wrong sign", "longitude and latitude swapped"],
      [4, "in the sea", null],
      [5, "outside of its country", "not in FR"],
      [9, "outside of its country", "not in PT"],
      [9, "in the sea", null],
    ]);
    expect(report.references).toEqual([
      expect.stringMatching(/^Natural Earth 1:50m \(world-atlas [\d.]+\)$/),
    ]);
    const error = await bench.refusal(path, { ...lonLat, checks: { capitals: {} } });
    expect(error.message).toContain("needs a table of places");
  });

  it("refuse what is not places or polygons", async () => {
    const path = await bench.put("checks.csv", text);
    const tries = [
      ["east,north\n1,2\n", 'column "decimalLongitude" does not exist'],
      ["decimalLongitude,decimalLatitude\n1,x\n", 'line 2: coordinate is not a number ("1", "x")'],
      ["lon,lat,name\n1,2,a\n\n1,91,b\n", "line 4: latitude out of range"],
      ["longitude,latitude\n1,2\n181,2\n", "line 3: longitude out of range"],
      ["lon,lat\n1,2\n,2\n", "line 3: coordinate missing"],
      ["lon,lat\n1,2\n1\n", "line 3: wrong number of fields"],
      ["lon,lat\n", "has no places"],
      ["", "the file is empty"],
    ];
    for (const [content, message] of tries) {
      const places = await bench.put("places.csv", content!);
      const error = await bench.refusal(path, { ...lonLat, checks: { capitals: { path: places } } });
      expect(error.message).toContain(message);
      expect(error.message).toContain("places.csv");
    }
    const missing = join(bench.folder, "missing.csv");
    const error = await bench.refusal(path, { ...lonLat, checks: { capitals: { path: missing } } });
    expect(error.message).toContain("missing.csv: the file does not exist");
    for (const [content, message] of [
      ["no", "not GeoJSON"],
      ["{}", "an object has no type"],
      ['{"type": "Point", "coordinates": [1, 2]}', "holds no polygon"],
      ['{"type": "Polygon", "coordinates": [[[1, "2"]]]}', "a ring is not a list of points"],
      ['{"type": "FeatureCollection"}', "has no features"],
      [`${'{"type":"GeometryCollection","geometries":['.repeat(40)}${"]}".repeat(40)}`, "nested too deeply"],
    ]) {
      const land = await bench.put("land.geojson", content!);
      const error = await bench.refusal(path, { ...lonLat, checks: { sea: { path: land } } });
      expect(error.message).toContain(message);
    }
  });
});

describe("tests of points", () => {
  it("measure distances as geodesics", () => {
    // PROJ's geod +ellps=WGS84
    expect(distance(0, 0, 1, 0)).toBeCloseTo(111_319.4908, 3);
    expect(distance(0, 0, 0, 1)).toBeCloseTo(110_574.3886, 3);
    expect(distance(10, 50, 10.001, 50.001)).toBeCloseTo(132.2, 0);
    expect(distance(10, 50, 10, 50)).toBe(0);
  });

  it("find the nearest place as a search through all does", () => {
    const lon = fc.double({ min: -180, max: 180, noNaN: true });
    const lat = fc.double({ min: -90, max: 90, noNaN: true });
    const place = fc.record({ name: fc.constant("p"), lon, lat });
    const step = fc.double({ min: -0.2, max: 0.2, noNaN: true });
    const all = fc.tuple(
      fc.array(place, { minLength: 1, maxLength: 20 }),
      fc.nat(),
      step,
      step,
      fc.integer({ min: 1, max: 30_000 }),
    );
    fc.assert(
      fc.property(all, ([places, which, dx, dy, within]) => {
        const near = places[which % places.length]!;
        const x = ((near.lon + dx + 540) % 360) - 180;
        const y = Math.max(-90, Math.min(90, near.lat + dy));
        const reached = places.some((one) => distance(x, y, one.lon, one.lat) <= within);
        expect(nearPlaces(places, within).test(x, y) >= 0).toBe(reached);
      }),
      { numRuns: 500 },
    );
  });

  it("are inside polygons by the even-odd rule, also on their edges", () => {
    const coordinate = fc.integer({ min: -6, max: 6 });
    const ring = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 7 });
    const polygons = fc.array(fc.array(ring, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });
    const closed = (points: readonly (readonly number[])[]) => [...points, points[0]!];
    fc.assert(
      fc.property(polygons, coordinate, coordinate, fc.boolean(), (given, x, y, half) => {
        const all = given.map((rings) => rings.map(closed));
        const [px, py] = half ? [x + 0.5, y + 0.25] : [x, y];
        const contains = (rings: readonly (readonly (readonly number[])[])[]): boolean => {
          let inside = false;
          for (const points of rings) {
            for (let i = 0; i + 1 < points.length; i++) {
              const [[x1, y1], [x2, y2]] = [points[i], points[i + 1]] as [[number, number], [number, number]];
              const cross = (x2 - x1) * (py - y1) - (px - x1) * (y2 - y1);
              const between = (px - x1) * (px - x2) <= 0 && (py - y1) * (py - y2) <= 0;
              if (cross === 0 && between) return true;
              if (y1 > py !== y2 > py && px < x1 + ((py - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
            }
          }
          return inside;
        };
        expect(new PolygonIndex(all).at(px, py) >= 0).toBe(all.some(contains));
      }),
      { numRuns: 2000 },
    );
  });

  it("are near polygons to which a point of their edges is near, also around the globe", () => {
    const lon = fc.double({ min: -180, max: 180, noNaN: true });
    const lat = fc.double({ min: -75, max: 75, noNaN: true });
    const step = fc.double({ min: -0.4, max: 0.4, noNaN: true });
    const corners = fc.array(fc.tuple(step, step), { minLength: 3, maxLength: 6 });
    const polygon = fc.record({ lon, lat, corners });
    const all = fc.tuple(fc.array(polygon, { minLength: 1, maxLength: 4 }), fc.nat(), step, step);
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 30_000 }), ([given, which, dx, dy], within) => {
        const rings = given.map((one) => {
          const points = one.corners.map(([x, y]) => [
            Math.max(-180, Math.min(180, one.lon + x)),
            one.lat + y,
          ]);
          return [...points, points[0]!];
        });
        const near = given[which % given.length]!;
        const [x, y] = [((near.lon + dx + 540) % 360) - 180, near.lat + dy];
        let least = Infinity;
        for (const points of rings) {
          for (let i = 0; i + 1 < points.length; i++) {
            const [[x1, y1], [x2, y2]] = [points[i], points[i + 1]] as [[number, number], [number, number]];
            for (let t = 0; t <= 1; t += 1 / 200)
              least = Math.min(least, distance(x, y, x1 + t * (x2 - x1), y1 + t * (y2 - y1)));
          }
        }
        const index = new PolygonIndex(rings.map((points) => [points]));
        const isNear = index.isNear(x, y, within);
        // Points of an edge are some 300 m apart.
        if (least <= 0.98 * within) expect(isNear).toBe(true);
        if (least > 1.02 * within + 300) expect(isNear).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("are inside a polygon that goes on beyond the longitude 180", () => {
    const ring = (west: number, east: number) => [
      [west, -20],
      [east, -20],
      [east, -10],
      [west, -10],
      [west, -20],
    ];
    for (const polygon of [[ring(170, 190)], [ring(-190, -170)]]) {
      const index = new PolygonIndex([polygon]);
      expect([175, -175, 180, -180].map((x) => index.at(x, -15))).toEqual([0, 0, 0, 0]);
      expect([165, -165, 0].map((x) => index.at(x, -15))).toEqual([-1, -1, -1]);
    }
  });

  it("may be some metres from the land", () => {
    const square = [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ],
    ];
    const test = notOn([square], 2000);
    expect([
      test.test(0.5, 0.5),
      test.test(1.01, 0.5),
      test.test(1.02, 0.5),
      test.test(0.5, -0.017),
      test.test(0.5, 1.02),
    ]).toEqual([-1, -1, 0, -1, 0]);
  });
});
