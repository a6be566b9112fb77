import { Grid, type MergedTable } from "@quadrat/core";
import { Float32, Float64, Int16, Int32, Int64, Uint8, Utf8 } from "apache-arrow";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { geotiff } from "../../src/index.js";
import { cellsTable } from "../support/cells.js";
import { has } from "../support/programs.js";
import type { TestColumn } from "../support/tables.js";
import { exportTo, threads } from "../support/write.js";

interface Level {
  readonly width: number;
  readonly height: number;
  readonly bands: readonly (readonly (number | null)[])[];
}

interface Reading extends Level {
  readonly dtypes: readonly string[];
  readonly names: readonly string[];
  readonly nodata: number | null;
  readonly transform: readonly number[];
  readonly epsg: number | null;
  readonly wkt: string;
  readonly blocks: readonly (readonly number[])[];
  readonly interleaving: string | null;
  readonly predictor: string;
  readonly overviews: readonly number[];
  readonly area: string;
  readonly levels: readonly Level[];
  readonly cog: { readonly warnings: readonly string[]; readonly errors: readonly string[] };
}

const script = fileURLToPath(new URL("read-bands.py", import.meta.url));

/** What rasterio and GDAL say of the file. */
function read(path: string, ...more: string[]): Reading {
  const output = execFileSync("/usr/bin/python3", [script, path, ...more], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output) as Reading;
}

const write = async (table: MergedTable, options: object = {}, workers = threads(2)) => {
  const exporter = await geotiff.create(geotiff.options!.parse(options));
  return exportTo(exporter, table, ".tif", workers);
};

const grid = new Grid({
  crs: "EPSG:3035",
  resolution: [1000, 1000],
  bounds: [4e6, 2e6, 4_040_000, 2_030_000],
});
const sine = (cell: number): number | null =>
  cell % 7 === 0 ? null : Math.fround(Math.sin(cell) * 10 ** (cell % 9));
const column = (
  name: string,
  type: TestColumn["type"],
  value: (cell: number) => unknown,
  on = grid,
): TestColumn => ({
  name,
  type,
  values: Array.from({ length: on.size }, (_, cell) => value(cell) as number | null),
});
const columns: TestColumn[] = [
  column('sine, of <cell> & "é"', new Float32(), sine),
  column("class", new Uint8(), (cell) => (cell % 5 === 0 ? null : cell % 256)),
  column("height", new Int16(), (cell) => (cell % 11 === 0 ? null : ((cell * 37) % 65_536) - 32_768)),
];
const some = (columns: readonly TestColumn[], ...names: string[]): TestColumn[] =>
  columns.filter(({ name }) => names.includes(name));

describe.skipIf(!has.rasterio || !has.gdal)("a GeoTIFF, as rasterio and GDAL read it", () => {
  it("has a band per column with its name, the grid's transform and CRS, and the values of the cells", async () => {
    const missing = (cell: number): boolean => cell % 13 === 0 || (cell > 500 && cell < 700);
    const { path, rows } = await write(cellsTable(grid, columns, missing, [77, 1, 300]));
    const found = read(path, "--values");
    expect(found).toMatchObject({
      ...{ width: 40, height: 30, epsg: 3035, area: "Area", overviews: [], nodata: null },
      transform: [1000, 0, 4e6, 0, -1000, 2_030_000],
      names: columns.map(({ name }) => name),
      dtypes: ["float32", "float32", "float32"],
      ...{ interleaving: "BAND", predictor: "3", cog: { warnings: [], errors: [] } },
    });
    expect(found.blocks).toEqual([1, 2, 3].map(() => [48, 48]));
    const wanted = columns.map(({ values }) => values.map((value, cell) => (missing(cell) ? null : value)));
    expect(found.bands).toEqual(wanted);
    expect(rows).toBe(grid.size - wanted[0]!.filter((_, cell) => missing(cell)).length);
  });

  it.each([
    ["uint8 alone", ["class"], {}, "int16", -32_768],
    ["integers of 8 and 16 bits", ["class", "height"], {}, "int32", -2_147_483_648],
    ["uint8 with a number that is not in use", ["class"], { nodata: 256 }, "uint16", 256],
  ] as const)("has a type that holds every value and nodata: %s", async (_, names, options, type, nodata) => {
    const chosen = some(columns, ...names);
    const found = read((await write(cellsTable(grid, chosen), options)).path, "--values");
    expect(found).toMatchObject({ nodata, predictor: "2" });
    expect(found.dtypes).toEqual(names.map(() => type));
    expect(found.bands).toEqual(chosen.map(({ values }) => values.map((value) => value ?? nodata)));
  });

  it.each([
    ["float64", new Float64(), (cell: number) => (cell % 3 ? Math.sin(cell) / 3 : null)],
    ["int32", new Int32(), (cell: number) => (cell % 3 ? cell * 1_789_569 - 2 ** 31 : null)],
    ["int64", new Int64(), (cell: number) => (cell % 3 ? BigInt(cell) * 2n ** 41n : null)],
  ] as const)("keeps %s exactly", async (_, type, value) => {
    const own = column("v", type, value);
    const found = read((await write(cellsTable(grid, [own]))).path, "--values");
    expect(found.dtypes).toEqual(["float64"]);
    expect(found.bands[0]).toEqual(own.values.map((value) => (value === null ? null : Number(value))));
  });

  it.each([
    ["wide", [-60, 40, 43, 46.1]],
    ["high", [0, -50, 4.9, 53]],
  ] as const)(
    "has overviews by halves, of means and of the first values, down to a single tile: %s",
    async (_, bounds) => {
      const large = new Grid({ crs: "EPSG:4326", resolution: [0.1, 0.1], bounds });
      const none = (cell: number): boolean => Math.floor(cell / 40) % 3 === 0;
      const own = [
        column("mean", new Float64(), (cell) => (none(cell) ? null : (cell * 7919) % 1009), large),
        column("first", new Int16(), (cell) => (none(cell) ? null : (cell * 31) % 977), large),
      ];
      const found = read((await write(cellsTable(large, own, (cell) => cell % 17 === 0))).path, "--values");
      expect(found.overviews).toEqual([2, 4]);
      expect(found.cog).toEqual({ warnings: [], errors: [] });
      let below: Level = found;
      for (const level of found.levels) {
        expect(level.bands).toEqual([halved(below, 0, mean), halved(below, 1, first)]);
        below = level;
      }
    },
  );

  it("is valid with 300 columns, one of NULLs alone, and as a BigTIFF", async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      column(`c${i}`, new Float32(), (cell) => (i === 7 ? null : (cell * i) % 101)),
    );
    const { path, bytes } = await write(cellsTable(grid, many), { bigtiff: true });
    expect([...bytes.subarray(0, 4)]).toEqual([0x49, 0x49, 43, 0]);
    const found = read(path, "--values");
    expect(found.cog).toEqual({ warnings: [], errors: [] });
    expect(found.names).toHaveLength(300);
    expect(found.bands).toEqual(many.map(({ values }) => values));
  });

  it.each([
    ["one row", [0, 0, 700, 1]],
    ["one column", [0, 0, 1, 700]],
    ["one cell", [0, 0, 1, 1]],
    ["beyond the antimeridian", [170, -20, 190, 20]],
  ] as const)("holds a grid of %s", async (_, bounds) => {
    const scale = bounds[2] > 180 || bounds[3] > 90 ? 0.1 : 1;
    const on = new Grid({
      crs: "EPSG:4326",
      resolution: [scale, scale],
      bounds: bounds[2] === 190 ? [170, -20, 190, 20] : [0, 0, bounds[2] * scale, bounds[3] * scale],
    });
    const own = column("v", new Float32(), (cell) => cell % 1000, on);
    const found = read((await write(cellsTable(on, [own]))).path, "--values");
    expect(found).toMatchObject({ width: on.width, height: on.height, cog: { errors: [] } });
    expect(found.transform[2]).toBe(on.bounds[0]);
    expect(found.bands[0]).toEqual(own.values);
  });

  it("holds a table without rows", async () => {
    const found = read((await write(cellsTable(grid, columns, () => true))).path, "--values");
    expect(found.bands.flat().every((value) => value === null)).toBe(true);
  });
});

describe("a GeoTIFF", () => {
  it("has the same bytes whatever the batches and the number of threads", async () => {
    const large = new Grid({ crs: "EPSG:4326", resolution: [0.1, 0.1], bounds: [0, -60, 60, 43] });
    const own = [column("v", new Float32(), (cell) => (cell * 7919) % 1009, large)];
    const missing = (cell: number): boolean => cell % 7 === 0;
    const { bytes } = await write(cellsTable(large, own, missing));
    for (const [sizes, workers] of [
      [[1_000_000], threads(1)],
      [[1, 9_999, 777], threads(3)],
    ] as const)
      expect((await write(cellsTable(large, own, missing, sizes), {}, workers)).bytes.equals(bytes)).toBe(
        true,
      );
  });

  it("has one kind of NaN, whatever the bits of those of the table", async () => {
    const values = [1, NaN, NaN, 2];
    const on = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 2, 2] });
    const usual = cellsTable(on, [{ name: "v", type: new Float32(), values }]);
    const other = cellsTable(on, [{ name: "v", type: new Float32(), values }]);
    for await (const batch of other.batches())
      new Uint32Array((batch.data.children[2]!.values as Float32Array).buffer).set(
        [0xffc00000, 0x7fc00123],
        1,
      );
    expect((await write(other)).bytes.equals((await write(usual)).bytes)).toBe(true);
  });

  it.each([
    ["text", [column("name", new Utf8(), (cell) => `c${cell}`)], {}, /column "name": it is text/],
    ["a name that is not a column's", columns, { columns: ["klass"] }, /has no column "klass"/],
    [
      "integers beyond 2^53",
      [column("n", new Int64(), () => 2n ** 53n + 1n)],
      {},
      /"n" has the value 9007199254740993/,
    ],
    ["a value that nodata means", some(columns, "class"), { nodata: 7 }, /"class" has the value 7/],
    ["no columns", [], {}, /no columns but x and y/],
  ] as const)("refuses %s", async (_, own, options, message) => {
    await expect(write(cellsTable(grid, own), options)).rejects.toThrow(message);
  });

  it("leaves out text that is not among the columns asked for", async () => {
    const own = [...columns, column("name", new Utf8(), (cell) => `c${cell}`)];
    const { bytes } = await write(cellsTable(grid, own), { columns: ["class"] });
    expect(bytes.equals((await write(cellsTable(grid, some(columns, "class")))).bytes)).toBe(true);
  });
});

type Four = readonly (number | null)[];
const mean = (four: Four): number | null => {
  const values = four.filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
};
const first = (four: Four): number | null => four.find((value) => value !== null) ?? null;

function halved(
  { width, height, bands }: Level,
  band: number,
  of: (four: Four) => number | null,
): (number | null)[] {
  const at = (row: number, column: number): number | null =>
    row < height && column < width ? bands[band]![row * width + column]! : null;
  const half: (number | null)[] = [];
  for (let row = 0; row < height; row += 2)
    for (let column = 0; column < width; column += 2)
      half.push(of([at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1)]));
  return half;
}
