import { copyFile, mkdir, mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { useBench } from "../tables/support.js";
import { fixtures, layPolygons } from "./support.js";

const bench = useBench();

const lay = (path: string, more: Partial<DatasetConfig>, memoryBytes?: number) =>
  layPolygons(bench.store, path, more, { memoryBytes });

const text = await readFile(join(fixtures, "expected.csv"), "utf8");
const expected = text
  .trimEnd()
  .split("\n")
  .slice(1)
  .map(
    (line) => line.split(",").map(Number) as [cell: number, centre: number, touched: number, share: number],
  );

const column = (index: 1 | 2 | 3): Map<number, number> =>
  new Map(expected.filter((row) => row[index] > 0).map((row) => [row[0], row[index]]));

async function geoParquet(): Promise<string> {
  const path = join(bench.folder, "polygons.parquet");
  const { features } = JSON.parse(await readFile(join(fixtures, "polygons.geojson"), "utf8")) as {
    features: {
      properties: Record<string, unknown>;
      geometry: { type: string; coordinates: number[][][] | number[][][][] };
    }[];
  };
  const wkt = (rings: readonly (readonly (readonly number[])[])[]): string =>
    `(${rings.map((ring) => `(${ring.map((point) => point.join(" ")).join(", ")})`).join(", ")})`;
  const rows = features.map(({ properties, geometry }) => {
    const area =
      geometry.type === "Polygon"
        ? `POLYGON ${wkt(geometry.coordinates as number[][][])}`
        : `MULTIPOLYGON (${(geometry.coordinates as number[][][][]).map(wkt).join(", ")})`;
    return `(${quoteLiteral(String(properties["name"]))}, ${Number(properties["zone"])}, ${quoteLiteral(area)}::GEOMETRY)`;
  });
  await bench.store.exec(
    `COPY (SELECT * FROM (VALUES ${rows.join(", ")}) AS t(name, zone, geometry)) TO ${quoteLiteral(path)} (FORMAT parquet)`,
  );
  return path;
}

async function byLines(): Promise<string> {
  const { features } = JSON.parse(await readFile(join(fixtures, "polygons.geojson"), "utf8")) as {
    features: unknown[];
  };
  const path = join(bench.folder, "polygons.geojsonl");
  await writeFile(path, features.map((feature) => `\u001e${JSON.stringify(feature)}\n`).join(""));
  return path;
}

describe.each([
  ["GeoJSON", () => Promise.resolve(join(fixtures, "polygons.geojson"))],
  ["GeoJSON by lines", byLines],
  ["GeoPackage", () => Promise.resolve(join(fixtures, "polygons.gpkg"))],
  ["FlatGeobuf", () => Promise.resolve(join(fixtures, "polygons.fgb"))],
  ["GeoParquet", geoParquet],
  ["shapefile", () => Promise.resolve(join(fixtures, "polygons.shp"))],
] as const)("%s", (_format, file) => {
  it("has GDAL's cells by their centres", async () => {
    const { cells } = await lay(await file(), { measure: "species", species: "name", rule: "centre" });
    expect(cells).toEqual(column(1));
  });

  it("has GDAL's cells that are touched", async () => {
    const { cells } = await lay(await file(), { measure: "species", species: "name", rule: "touched" });
    expect(cells).toEqual(column(2));
  });

  it("has the covered fractions that GEOS finds", async () => {
    const { cells, report } = await lay(await file(), { measure: "coverage", rule: "coverage" });
    for (const [cell, , , share] of expected) expect(cells.get(cell) ?? 0).toBeCloseTo(share, 12);
    expect(report.read).toBe(19);
    expect(report.warnings.join()).toContain("1 ring that crosses itself");
  });

  it("has the number of the largest polygon", async () => {
    const { cells } = await lay(await file(), { measure: "value", value: "zone", rule: "touched" });
    expect([...cells.keys()]).toEqual([...column(2).keys()]);
    const json = await lay(join(fixtures, "polygons.geojson"), {
      measure: "value",
      value: "zone",
      rule: "touched",
    });
    expect(cells).toEqual(json.cells);
  });
});

describe("polygons", () => {
  it("that do not fit into memory have the same cells", async () => {
    const file = await byLines();
    const once = await readFile(file, "utf8");
    const many = join(bench.folder, "many.geojsonl");
    await writeFile(many, once.repeat(900));
    const [little, much] = [
      await lay(many, { measure: "species", species: "name", rule: "touched" }, 1),
      undefined,
    ];
    expect(much).toBeUndefined();
    expect(little.cells).toEqual(column(2));
    expect(little.report.read).toBe(19 * 900);
  });

  it("may wrap around the antimeridian", async () => {
    const path = join(bench.folder, "wrap.geojson");
    const ring = [
      [355, -1],
      [365, -1],
      [365, 1],
      [355, 1],
      [355, -1],
    ];
    await writeFile(path, JSON.stringify({ type: "Polygon", coordinates: [ring] }));
    const { cells } = await lay(path, { measure: "presence" });
    expect(cells.size).toBe(20);
  });

  it("around a pole cover cells from both sides of where their outline begins", async () => {
    const path = join(bench.folder, "pole.geojson");
    const points = Array.from({ length: 90 }, (_, i) => {
      const angle = Math.PI / 2 + (2 * Math.PI * (i + 0.37)) / 90;
      return [1.2e7 * Math.cos(angle), 1.2e7 * Math.sin(angle)];
    });
    await writeFile(path, JSON.stringify({ type: "Polygon", coordinates: [[...points, points[0]]] }));
    const share = await lay(path, { crs: "EPSG:3031", measure: "coverage", rule: "coverage" });
    const value = await lay(path, { crs: "EPSG:3031", measure: "presence", rule: "coverage" });
    expect(share.cells.size).toBeGreaterThan(100);
    expect([...share.cells.values()].filter((one) => Number(one) >= 0.5)).toHaveLength(value.cells.size);
    for (const [cell, one] of share.cells) if (cell >= 380) expect(one).toBeCloseTo(1, 9);
  });

  it("of points or lines are refused", async () => {
    const path = join(bench.folder, "points.geojson");
    await writeFile(path, JSON.stringify({ type: "Point", coordinates: [1, 2] }));
    await expect(lay(path, { measure: "presence" })).rejects.toThrow(/points and no polygon/);
  });

  it("are refused where they are invalid, if that is asked for", async () => {
    await expect(lay(join(fixtures, "polygons.geojson"), { invalid: "refuse" })).rejects.toThrow(
      /feature 19.*is an invalid polygon: a ring crosses itself/,
    );
  });

  it("of a GeoPackage lock nothing beside it, and heed no lock that a killed process has left", async () => {
    const folder = await mkdtemp(join(bench.folder, "locks-"));
    const path = join(folder, "polygons.gpkg");
    await copyFile(join(fixtures, "polygons.gpkg"), path);
    await mkdir(`${path}.lock`);
    const names = async () => (await readdir(folder)).sort();
    const before = await names();
    const wish = { measure: "species", species: "name", rule: "centre" } as const;
    const found = await Promise.all([lay(path, wish), names(), names()]);
    expect(found[0].cells).toEqual(column(1));
    expect(await names()).toEqual(before);
    await writeFile(`${path}-journal`, "x");
    await expect(lay(path, wish)).rejects.toThrow(/was left unfinished/);
  });

  it("of a damaged file end in an error that names it, whatever is damaged", async () => {
    for (const name of ["polygons.geojson", "polygons.gpkg", "polygons.fgb", "polygons.shp"]) {
      const whole = await readFile(join(fixtures, name));
      const path = join(bench.folder, `damaged-${name}`);
      if (name.endsWith(".shp")) await copyFile(join(fixtures, "polygons.dbf"), path.replace(".shp", ".dbf"));
      let refused = 0;
      for (let i = 0; i < 40; i++) {
        const bytes = Buffer.from(whole);
        const at = (i * 7919) % bytes.length;
        for (let k = 0; k < 8; k++) bytes[(at + k * 31) % bytes.length] = (i * 37 + k * 101) % 256;
        await writeFile(path, i % 3 === 0 ? bytes.subarray(0, at + 1) : bytes);
        const found = await lay(path, { measure: "presence" }).catch((error: unknown) => error as Error);
        if (!(found instanceof Error)) continue;
        refused++;
        expect(found.message).toContain(`damaged-${name}`);
        expect(found.name).toBe("QuadratError");
      }
      expect(refused).toBeGreaterThan(5);
    }
  });
});
