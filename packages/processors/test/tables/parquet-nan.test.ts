import { join } from "node:path";
import { Grid } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { alps, fixtures, useBench } from "./support.js";

const bench = useBench();
const file = join(fixtures, "nan.parquet");

/** Cells of {@link alps}: 6.1 E 46.1 N and 8.1 E 48.1 N. */
const [west, east] = [19 * 24 + 4, 11 * 24 + 12];
const metres = new Grid({ crs: "EPSG:3035", resolution: [1e6, 1e6], bounds: [0, 0, 1e7, 1e7] });
const globe = new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [-180, -90, 180, 90] });

/** The numbers of make_nan.mjs; what is left out is what pandas' dropna and numpy's isfinite leave out. */
describe("a Parquet file whose statistics leave NaN out", () => {
  it("still has the statistics that DuckDB is misled by, or nothing is tested here", async () => {
    const [row] = await bench.store.rows<{ n: bigint }>(
      `SELECT count(*) AS n FROM read_parquet('${file}') WHERE lon BETWEEN -180 AND 180`,
    );
    expect(Number(row!.n)).toBe(8);
  });

  it.each([
    ["doubles", "lon", "lat"],
    ["singles", "lon32", "lat32"],
    ["fields of a struct", "place.lon", "place.lat"],
  ])("has no place for a NaN among coordinates that are %s", async (_, x, y) => {
    for (const [grid, cells] of [
      [
        alps,
        [
          [east, 1],
          [west, 3],
        ],
      ],
      [globe, [[4 * 36 + 18, 4]]],
    ] as const) {
      const laid = await bench.lay(file, { x, y }, { grid });
      expect(laid.cells).toEqual(cells);
      expect(laid.report).toMatchObject({
        read: 8,
        used: 4,
        skipped: { "coordinate missing": 3, "coordinate is not a number": 1 },
      });
    }
    const { cells } = await bench.lay(file, { x, y }, { grid: metres });
    expect(cells.reduce((sum, [, n]) => sum + n, 0)).toBe(4);
  });

  it.each([
    ["mean", 3.5],
    ["sum", 7],
    ["min", 2],
    ["max", 5],
    ["median", 3.5],
  ] as const)("has a NaN and an infinity in no %s", async (measure, expected) => {
    for (const value of ["value", "value32"]) {
      const { cells, report } = await bench.lay(file, { x: "lon", y: "lat", measure, value });
      expect(cells).toEqual([[west, expected]]);
      expect(report.skipped).toMatchObject({ "value missing": 1, "value is not a number": 1 });
    }
  });

  it("has no species that is NaN", async () => {
    const dataset = { x: "lon", y: "lat", measure: "species", species: "key" } as const;
    const { cells, report } = await bench.lay(file, dataset);
    expect(cells).toEqual([
      [east, 0],
      [west, 2],
    ]);
    expect(report.warnings).toContain("2 records without a name: not counted for any species");
  });

  it("is refused where all coordinates are NaN, and leaves out values that all are", async () => {
    const error = await bench.refusal(file, { x: "only_nan", y: "lat" });
    expect(error.message).toContain("no record can be used: 8 coordinate missing");
    const { cells } = await bench.lay(file, { x: "lon", y: "lat", measure: "mean", value: "only_nan" });
    expect(cells).toEqual([]);
  });

  it("names the first row with a NaN", async () => {
    const { report } = await bench.lay(file, { x: "lon", y: "lat" });
    expect(report.warnings).toContain("3 records left out: coordinate missing (first in row 2)");
  });

  it("has numbers that stand for no value left out, of either precision", async () => {
    for (const value of ["value", "value32"]) {
      const nodataValues = { x: [], y: [], value: [2, Infinity] };
      const dataset = { x: "lon", y: "lat", measure: "mean", value, nodataValues } as const;
      const { cells, report } = await bench.lay(file, dataset);
      expect(cells).toEqual([[west, 5]]);
      expect(report.skipped["value missing"]).toBe(3);
    }
    const nodataValues = { x: [6.1], y: [], value: [] };
    for (const [x, y] of [
      ["lon", "lat"],
      ["lon32", "lat32"],
    ] as const) {
      const { cells } = await bench.lay(file, { x, y, nodataValues });
      expect(cells).toEqual([[east, 1]]);
    }
  });
});
