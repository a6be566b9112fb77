import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, describe, expect, it } from "vitest";
import { serve, type RangeServer } from "@quadrat/core/testing";
import { byPlace, compare, inFolder, readCsv, repository } from "../e2e/support/quadrat.js";
import { example, put, putRaster, recordsText, tried, valuesOf } from "./support.js";

const degrees = (bounds: readonly number[]) => ({ crs: "EPSG:4326", resolution: 1, bounds });

/** Polygons, with what GDAL and shapely make of them on this grid. */
const polygons = join(repository, "packages/processors/test/fixtures/ranges");
const polygonGrid = degrees([-10, -10, 10, 10]);

async function peersTable(name: string): Promise<string[][]> {
  const text = await readFile(join(polygons, name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}

const placeOf = (cell: number): string => `${(cell % 20) - 9.5} ${9.5 - Math.floor(cell / 20)}`;

describe("the example of Ranges", () => {
  it("gives GDAL's and shapely's values", async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "data"));
      await cp(join(polygons, "polygons.gpkg"), join(folder, "data/ranges.gpkg"));
      await cp(join(polygons, "polygons.geojson"), join(folder, "data/admin.geojson"));
      for (const ending of ["shp", "shx", "dbf", "prj"])
        await cp(join(polygons, `polygons.${ending}`), join(folder, `data/parks.${ending}`));
      const yaml = (await example("ranges.md", "data/ranges.gpkg")).replaceAll("sci_name", "name");
      const made = await tried(folder, yaml, { grid: polygonGrid, merge: { join: "all" } });
      const each = made.names.filter((name) => name.startsWith("each_"));
      expect(each).toHaveLength(9);
      for (const [cell, centre, , share] of await peersTable("expected.csv")) {
        const row = made.rows.get(placeOf(Number(cell)))!;
        expect(row["toucans"], `cell ${cell}`).toBe(centre === "0" ? "" : centre);
        expect(each.reduce((sum, name) => sum + Number(row[name]), 0)).toBe(Number(centre));
        expect(Math.abs(Number(row["protected"]) - Number(share))).toBeLessThan(1e-6);
      }
    });
  });
});

describe("the example of Resampling", () => {
  it("has the fractions of classes, and of groups of them", async () => {
    await inFolder(async (folder) => {
      // Of each cell's four pixels one is of class 10, one of 20, and two of 30, but for the last column's.
      const classes = [10, 20, 30, 30];
      await putRaster(folder, "cover.tif", { width: 6, height: 4, origin: [0, 2], pixel: 0.5 }, (col, row) =>
        col < 4 ? classes[(col % 2) + 2 * (row % 2)]! : 30,
      );
      const made = await tried(folder, await example("resampling.md", "crops: 30"), {
        grid: degrees([0, 0, 3, 2]),
      });
      expect(made.names).toEqual(["x", "y", "cover_10", "cover_20", "cover_30", "use_forest", "use_crops"]);
      const row = (place: string): number[] =>
        made.names.slice(2).map((name) => Number(made.rows.get(place)![name]));
      expect(row("0.5 1.5")).toEqual([0.25, 0.25, 0.5, 0.5, 0.5]);
      expect(row("1.5 0.5")).toEqual([0.25, 0.25, 0.5, 0.5, 0.5]);
      expect(row("2.5 0.5")).toEqual([0, 0, 1, 0, 1]);
    });
  });
});

describe("the example of NetCDF, HDF5 and Zarr", () => {
  // Made by make.py there; expected values are xarray's.
  const made = fileURLToPath(new URL("../fixtures/documentation/", import.meta.url));

  it("gives xarray's values", async () => {
    await inFolder(async (folder) => {
      await cp(made, join(folder, "data"), { recursive: true });
      const theirs = await readCsv(join(made, "expected.csv"));
      const yaml = await example("netcdf-zarr.md", "model.zarr");
      const ours = await tried(folder, yaml, { grid: degrees([0, 40, 6, 44]), merge: { join: "all" } });
      expect(ours.names).toEqual(Object.keys(theirs[0]!));
      const rows = byPlace(await readCsv(join(folder, "out/merged.csv")));
      for (const column of ours.names.slice(2)) {
        const found = compare(rows, column, byPlace(theirs), column, (value) => 1e-6 * Math.abs(value));
        expect({ column, ...found }).toMatchObject({ column, nullity: 0, beyond: 0 });
        expect(found.compared).toBeGreaterThan(0);
      }
    });
  });
});

describe("the examples of Configuration", () => {
  it("datasets from queries", async () => {
    await inFolder(async (folder) => {
      await putRaster(
        folder,
        "data/precip.tif",
        { width: 3, height: 1, origin: [0, 1] },
        (col) => 500 * (col + 1),
      );
      await put(
        folder,
        "data/robin.csv",
        recordsText(
          ["habitat"],
          [
            [0.5, 0.5, 0.25],
            [2.5, 0.5, 0.75],
          ],
        ),
      );
      const made = await tried(folder, await example("configuration.md", "habitat_per_mm"), {
        grid: degrees([0, 0, 3, 1]),
      });
      expect(valuesOf(made, "habitat_per_mm")).toEqual({ "0.5 0.5": 0.25 / 500, "2.5 0.5": 0.75 / 1500 });
      expect(valuesOf(made, "wet")).toEqual({ "0.5 0.5": 0, "1.5 0.5": 0, "2.5 0.5": 1 });
    });
  });

  it("a mask, cells, and points", async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "data"));
      await cp(join(polygons, "polygons.gpkg"), join(folder, "data/study.gpkg"));
      const records = [
        [-7.5, -3.5, "a"],
        [9.5, 9.5, "a"],
      ];
      await put(folder, "sloths.csv", recordsText(["species"], records));
      const parts = ["study.gpkg", "lonlat", "points: { records"];
      const yaml = await Promise.all(parts.map((part) => example("configuration.md", part)));
      const made = await tried(folder, yaml.join(""), {
        grid: polygonGrid,
        datasets: { sloths: { path: "sloths.csv", kind: "occurrences", species: "species", checks: "none" } },
        merge: { join: "all" },
      });
      const touched = (await peersTable("expected.csv")).filter(([, , count]) => count !== "0");
      expect([...made.rows.keys()]).toEqual(touched.map(([cell]) => placeOf(Number(cell))));
      expect(made.names).toEqual(["x", "y", "cell_area", "lon", "lat", "row", "column", "sloths"]);
      for (const { x, y, lon, lat, row, column, cell_area: area } of made.rows.values()) {
        expect([Number(lon), Number(lat)]).toEqual([Number(x), Number(y)]);
        expect([Number(column), Number(row)]).toEqual([Number(x) + 9.5, 9.5 - Number(y)]);
        // On a sphere of the same area; the ellipsoid differs by less than a hundredth.
        const strip =
          Math.sin(((Number(y) + 0.5) * Math.PI) / 180) - Math.sin(((Number(y) - 0.5) * Math.PI) / 180);
        expect(Number(area) / (6_371_007.18 ** 2 * (Math.PI / 180) * strip)).toBeCloseTo(1, 2);
      }
      // The other record lies outside of the mask.
      const points = await readCsv(join(folder, "out/points.csv"));
      expect(points.filter(({ presence }) => presence === "1")).toHaveLength(1);
      expect(points).toHaveLength(touched.length);
    });
  });
});

describe("the example of Rasters on servers", () => {
  const servers: RangeServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it("is read by its address", async () => {
    await inFolder(async (folder) => {
      await putRaster(
        folder,
        "europe.tif",
        { width: 3, height: 2, origin: [0, 2] },
        (col, row) => col + 10 * row,
      );
      const server = await serve({
        "/dem/europe.tif": { bytes: await readFile(join(folder, "europe.tif")) },
      });
      servers.push(server);
      // The other one is a tile of 25 MB, on a server that may not be there.
      const yaml = (await example("remote.md", "dem/europe.tif")).replace(/^ {2}surface:[^]*/m, "");
      const made = await tried(folder, yaml.replace("https://data.example.org", server.origin), {
        grid: degrees([0, 0, 3, 2]),
      });
      expect(valuesOf(made, "height")).toEqual({
        ...{ "0.5 1.5": 0, "1.5 1.5": 1, "2.5 1.5": 2 },
        ...{ "0.5 0.5": 10, "1.5 0.5": 11, "2.5 0.5": 12 },
      });
    });
  });
});

const python = "/usr/bin/python3";
const hasRasterio = spawnSync(python, ["-c", "import rasterio"], { stdio: "ignore" }).status === 0;

/** Twice the area of the one ring of a polygon in WKB, big-endian. */
function doubledArea(wkb: Buffer): number {
  expect([wkb[0], wkb.readUInt32BE(1), wkb.readUInt32BE(5)]).toEqual([0, 3, 1]);
  const count = wkb.readUInt32BE(9);
  const at = (point: number) =>
    [wkb.readDoubleBE(13 + 16 * point), wkb.readDoubleBE(21 + 16 * point)] as const;
  let sum = 0;
  for (let point = 1; point < count; point++) {
    const [[x, y], [x2, y2]] = [at(point - 1), at(point)];
    sum += x * y2 - x2 * y;
  }
  return Math.abs(sum);
}

describe.skipIf(!hasRasterio)(
  `the examples of Outputs${hasRasterio ? "" : ": skipped without rasterio"}`,
  () => {
    it("are what rasterio and DuckDB read", async () => {
      await inFolder(async (folder) => {
        const cover = (col: number, row: number): number => 10 + col + 4 * row;
        await putRaster(folder, "cover.tif", { width: 4, height: 3, origin: [0, 3] }, cover);
        const examples = [
          await example("outputs.md", "merged.classes.tif"),
          await example("outputs.md", "geometry: polygon"),
        ];
        const formats = examples.map((yaml) => /formats:\n([^]*)$/.exec(yaml)![1]!);
        const yaml = `export:\n  directory: out\n  formats:\n    - csv\n${formats.join("")}`;
        await tried(folder, yaml, {
          grid: degrees([0, 0, 4, 3]),
          datasets: {
            height: { path: "cover.tif" },
            landcover: { path: "cover.tif", type: "categorical" },
          },
          export: undefined,
        });
        const script = `
import json, rasterio
with rasterio.open("out/merged.tif") as whole, rasterio.open("out/merged.classes.tif") as classes:
    print(json.dumps({"bands": whole.descriptions, "heights": whole.read(1).tolist(),
        "classes": classes.read(1).tolist(), "nodata": classes.nodata, "count": classes.count}))`;
        const found = JSON.parse(
          execFileSync(python, ["-W", "ignore", "-c", script], { cwd: folder, encoding: "utf8" }),
        ) as unknown;
        const grid = [0, 1, 2].map((row) => [0, 1, 2, 3].map((col) => cover(col, row)));
        expect(found).toEqual({
          ...{ bands: ["height", "landcover"], heights: grid, classes: grid, nodata: 255, count: 1 },
        });
        const instance = await DuckDBInstance.create(":memory:");
        const connection = await instance.connect();
        await connection.run("SET enable_geoparquet_conversion = false");
        const file = join(folder, "out/merged.geoparquet");
        const read = await connection.runAndReadAll(
          `SELECT landcover, hex(geometry) AS wkb FROM read_parquet('${file}')`,
        );
        connection.closeSync();
        instance.closeSync();
        const rows = read.getRowObjectsJS() as { landcover: number; wkb: string }[];
        expect(rows.map(({ landcover }) => landcover)).toEqual(grid.flat());
        for (const { wkb } of rows) expect(doubledArea(Buffer.from(wkb, "hex"))).toBeCloseTo(2, 9);
      });
    });
  },
);
