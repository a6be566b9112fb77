import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Grid, type DatasetConfig, type Store } from "@quadrat/core";
import { DuckDbStore } from "@quadrat/core/host";
import { createTransform, parseCrs } from "@quadrat/crs";
import { describe, expect, it } from "vitest";
import { openTable } from "../../src/tables/open-table.js";
import { readPlainCsv, useBench } from "./support.js";

const fixture = fileURLToPath(new URL("../fixtures/outliers/outliers.csv", import.meta.url));
const globe = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] });
const outlying = readPlainCsv(fixture).flatMap(({ outlier }, index) =>
  outlier === "TRUE" ? [index + 1] : [],
);

type Verdict = readonly [record: number, detail: string | null, used: boolean];

describe("outliers", () => {
  const bench = useBench();

  /** The records that are too far from the others. */
  async function outliers(
    path: string,
    dataset: Partial<DatasetConfig> = {},
    { grid = globe, store = bench.store }: { grid?: Grid; store?: Store } = {},
  ): Promise<Verdict[]> {
    const config: DatasetConfig = {
      kind: "occurrences",
      type: "continuous",
      band: 1,
      scaled: true,
      overviews: "none",
      strict: false,
      path,
      x: "decimalLongitude",
      y: "decimalLatitude",
      checks: { outliers: {} },
      ...dataset,
    };
    const source = await openTable({ name: "points", path, dataset: config });
    await source.stage({
      grid,
      store,
      table: '"main"."points"',
      records: { records: "used", verdicts: "judged", rejected: "rejected", derived: "derived" },
      signal: new AbortController().signal,
    });
    await source.close();
    const rows = await store.rows<{ record: number; detail: string | null; used: boolean }>(
      "SELECT record::DOUBLE AS record, detail, used FROM judged WHERE verdict = 'far from all other places of its species'",
    );
    return rows.map(({ record, detail, used }) => [record, detail, used]);
  }
  const numbers = (verdicts: readonly Verdict[]): number[] => verdicts.map(([record]) => record);

  it("are those that all distances between records show", async () => {
    expect(outlying.length).toBeGreaterThan(200);
    expect(numbers(await outliers(fixture))).toEqual(outlying);
    const dropped = await outliers(fixture, { checks: { outliers: { then: "drop" }, duplicates: {} } });
    expect(numbers(dropped)).toEqual(outlying);
    expect(new Set(dropped.map(([, , used]) => used))).toEqual(new Set([false]));
  });

  it("are the same in any order, on one thread with little memory, and on a part of the globe", async () => {
    const [header, ...rows] = readFileSync(fixture, "utf8").trimEnd().split("\n");
    const path = await bench.put("backwards.csv", [header, ...rows.toReversed()].join("\n"));
    const small = await DuckDbStore.open(":memory:", {
      memoryBytes: 2 ** 25,
      threads: 1,
      temporaryDirectory: bench.folder,
    });
    try {
      const found = await outliers(path, {}, { store: small });
      expect(numbers(found).map((record) => rows.length + 1 - record)).toEqual(outlying.toReversed());
    } finally {
      await small.close();
    }
    const north = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, 0, 180, 90] });
    const isNorth = new Set(
      rows.flatMap((row, index) => (Number(row.split(",")[2]) >= 0 ? [index + 1] : [])),
    );
    expect(numbers(await outliers(fixture, {}, { grid: north }))).toEqual(
      outlying.filter((record) => isNorth.has(record)),
    );
  });

  it("are the same for coordinates of another CRS", async () => {
    const transform = createTransform(parseCrs("EPSG:4326"), parseCrs("ESRI:54034"));
    const rows = readPlainCsv(fixture).filter(({ species }) => species!.startsWith("globe"));
    const [xs, ys] = ["decimalLongitude", "decimalLatitude"].map((name) =>
      Float64Array.from(rows, (row) => Number(row[name])),
    ) as [Float64Array, Float64Array];
    transform.transform(xs, ys);
    const path = await bench.put(
      "metres.csv",
      ["species,x,y", ...rows.map(({ species }, index) => `${species},${xs[index]},${ys[index]}`)].join("\n"),
    );
    const found = await outliers(path, { x: "x", y: "y", crs: "ESRI:54034" });
    expect(numbers(found)).toEqual(rows.flatMap(({ outlier }, i) => (outlier === "TRUE" ? [i + 1] : [])));
  });

  it("need a number of different places", async () => {
    const at = (lons: readonly number[]): string =>
      ["lon,lat", ...lons.map((lon) => `${lon},0.5`)].join("\n");
    const columns = { x: "lon", y: "lat" } as const;
    const path = await bench.put("one.csv", at([1, 2, 3, 4, 5, 5, 50]));
    expect(await outliers(path, columns)).toEqual([]);
    const found = await outliers(path, { ...columns, checks: { outliers: { minPlaces: 6 } } });
    expect(found).toEqual([[7, "no other place within 1000 km", true]]);
    const near = await outliers(path, {
      ...columns,
      checks: { outliers: { minPlaces: 2, distance: 50_000 } },
    });
    expect(numbers(near)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(near[0]![1]).toBe("no other place within 50 km");
    const half = await outliers(path, {
      ...columns,
      checks: { outliers: { minPlaces: 2, distance: 2.1e7 } },
    });
    expect(half).toEqual([]);
  });

  it("are compared with records outside the grid, and with none that `where` leaves out", async () => {
    const path = await bench.put(
      "where.csv",
      `lon,lat,kind\n${[1, 2, 3, 4, 5, 6, 30, 35].map((lon) => `${lon},0.5,${lon === 35 ? "b" : "a"}`).join("\n")}`,
    );
    const columns = { x: "lon", y: "lat" } as const;
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 32, 5] });
    expect(await outliers(path, columns, { grid })).toEqual([]);
    expect(numbers(await outliers(path, { ...columns, where: "kind = 'a'" }, { grid }))).toEqual([7]);
  });
});
