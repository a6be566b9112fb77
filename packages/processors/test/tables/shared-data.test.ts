import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Grid, type DatasetConfig } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { readPlainCsv, shared, useBench, type Bench } from "./support.js";

const southAmerica = new Grid({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [-125, -56, -32, 40] });
const lonLat = { x: "lon", y: "lat" } as const;

/** Cells of a peer's table of x, y and a column, in our order; empty fields and, if asked, zeros left out. */
function peerCells(path: string, column: string, grid: Grid, zeros = true): (readonly [number, number])[] {
  return readPlainCsv(path)
    .filter((row) => row[column] !== "" && (zeros || Number(row[column]) !== 0))
    .map((row) => {
      const col = Math.floor((Number(row["x"]) - grid.bounds[0]) / grid.resolution[0]);
      const line = Math.floor((grid.bounds[3] - Number(row["y"])) / grid.resolution[1]);
      return [line * grid.width + col, Number(row[column])] as const;
    })
    .toSorted((a, b) => a[0] - b[0]);
}

const inputs = join(shared, "inputs/10-occurrences");
const cases = join(shared, "cases/10-occurrences");

describe.skipIf(!existsSync(cases))("case 10, occurrences", () => {
  const bench = useBench();

  it("bradypus: records and richness, 12 points on edges", async () => {
    for (const [measure, column] of [
      ["records", "records"],
      ["species", "richness"],
    ] as const) {
      const laid = await bench.lay(
        join(inputs, "bradypus.csv"),
        { ...lonLat, measure, species: "species" },
        { grid: southAmerica },
      );
      expect(laid.cells).toEqual(peerCells(join(cases, "bradypus.csv"), column, southAmerica));
      expect(laid.report).toEqual({ read: 116, used: 116, skipped: {}, warnings: [] });
    }
  });

  it("messy: one fault in each row, each with its verdict", async () => {
    const messy = join(inputs, "messy.csv");
    for (const [measure, column] of [
      ["records", "records"],
      ["species", "richness"],
    ] as const) {
      const laid = await bench.lay(messy, { measure, species: "scientificName" }, { grid: southAmerica });
      expect(laid.cells).toEqual(peerCells(join(cases, "messy.csv"), column, southAmerica));
      expect(laid.report).toMatchObject({
        read: 77,
        used: 52,
        skipped: {
          "coordinate missing": 6,
          "coordinate is not a number": 10,
          "latitude out of range": 3,
          "longitude out of range": 2,
          "both coordinates are zero": 2,
          "outside the grid": 2,
        },
      });
    }
  });

  it("acaule: Latin-1, quoted, 284 without coordinates", async () => {
    const { cells, report } = await bench.lay(join(inputs, "acaule_latin1.csv"), lonLat, {
      grid: southAmerica,
    });
    expect(cells).toHaveLength(128);
    expect(report).toMatchObject({
      read: 1366,
      used: 1065,
      skipped: { "coordinate missing": 284, "outside the grid": 17 },
    });
    expect(report.warnings[0]).toContain("read as windows-1252");
  });

  it("eBird: names in capitals, tabs", async () => {
    const world = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] });
    const { report } = await bench.lay(join(inputs, "ebird_8rows.tsv"), {}, { grid: world });
    expect(report).toEqual({ read: 8, used: 8, skipped: {}, warnings: [] });
  });
});

const quickstart = join(shared, "cases/13-public-quickstart/quickstart.csv");

describe.skipIf(!existsSync(quickstart))("case 13, the airports", () => {
  const bench = useBench();

  it("per cell are those of pandas", async () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [-125, 24, -66, 50] });
    const airports = join(shared, "inputs/13-public-quickstart/airports.csv");
    const { cells, report } = await bench.lay(airports, { x: "longitude", y: "latitude" }, { grid });
    expect(cells).toEqual(peerCells(quickstart, "airports", grid, false));
    expect(report.read).toBe(3376);
  });
});

const hostile = join(shared, "hostile");

type Verdict = (bench: Bench, path: string) => Promise<void>;

function reads(used: number, report: object, dataset: Partial<DatasetConfig> = {}): Verdict {
  return async (bench, path) => {
    const laid = await bench.lay(path, dataset, { grid: southAmerica });
    expect(laid.report).toMatchObject({ used, ...report });
    expect(laid.cells).toHaveLength(1);
  };
}

function refuses(message: RegExp, dataset: Partial<DatasetConfig> = {}): Verdict {
  return async (bench, path) => {
    const error = await bench.refusal(path, dataset, { grid: southAmerica });
    expect(["input", "usage"]).toContain(error.kind);
    expect(`${error.message}; ${error.hint}`).toMatch(message);
    expect(error.message).toContain(path);
  };
}

const verdicts: Readonly<Record<string, Verdict>> = {
  c01: reads(2, { read: 4, warnings: ["2 records left out: wrong number of fields (lines 3, 4)"] }),
  c03: reads(1, { read: 1, warnings: [] }),
  c05: refuses(/line 3: the text contains a NUL byte/),
  c07: refuses(/line 2: a quote that opens here is not closed/),
  c09: reads(1, { read: 1, warnings: [] }, lonLat),
  c11: refuses(/the file is empty/),
  c13: refuses(/delimiter: ";"` and `decimal: ","`/, lonLat),
  c15: reads(2, { read: 2, warnings: [] }),
  c18: reads(1, { read: 1, warnings: [] }, lonLat),
  c20: reads(1, { read: 6, skipped: { "coordinate is not a number": 5 } }),
  c22: reads(17_400_000, { read: 17_400_000, warnings: [] }),
  p01: refuses(/truncated/),
};

describe.skipIf(!existsSync(hostile))("the hostile tables", () => {
  const bench = useBench();
  const files = existsSync(hostile) ? readdirSync(hostile).filter((file) => /^[cp]\d/.test(file)) : [];

  it.each(files)("%s", async (file) => {
    const verdict = verdicts[file.slice(0, 3)];
    expect(verdict, "a file without a verdict").toBeDefined();
    await verdict!(bench, join(hostile, file));
    expect(readdirSync(bench.folder).filter((name) => !name.startsWith("bench.duckdb"))).toEqual([]);
  });

  it("c01 is refused when strict, c13 is read by its options", async () => {
    await refuses(/line 3: wrong number of fields/, { strict: true })(
      bench,
      join(hostile, "c01_ragged_rows.csv"),
    );
    const options = { ...lonLat, delimiter: ";", decimal: "," };
    await reads(
      1,
      { read: 1, warnings: [] },
      options,
    )(bench, join(hostile, "c13_semicolon_decimal_comma.csv"));
  });
});
