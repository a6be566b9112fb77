import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { quoteLiteral } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { useBench } from "../tables/support.js";
import { fixtures, grid, layPolygons } from "./support.js";

const bench = useBench();
const path = join(fixtures, "flat.geojson");

/** The cells that gdal_rasterize gives each polygon, with and without -at. */
const expected = (await readFile(join(fixtures, "flat.csv"), "utf8"))
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [, name, touched, centre] = /^"(.*)",(.*),(.*)$/.exec(line) as unknown as string[];
    const cells = (text: string): number[] => (text === "" ? [] : text.split(" ").map(Number));
    return { name: name!, touched: cells(touched!), centre: cells(centre!) };
  });

const where = (name: string) => ({ where: `name = ${quoteLiteral(name)}` });

describe("polygons without an area", () => {
  it.each(expected)("$name: the cells that gdal_rasterize -at gives it", async ({ name, touched }) => {
    const { cells } = await layPolygons(bench.store, path, {
      measure: "presence",
      rule: "touched",
      ...where(name),
    });
    expect([...cells.keys()]).toEqual(touched);
  });

  it.each(expected)("$name: by centre the cells that gdal_rasterize gives it", async ({ name, centre }) => {
    const { cells } = await layPolygons(bench.store, path, {
      measure: "presence",
      rule: "centre",
      ...where(name),
    });
    expect([...cells.keys()]).toEqual(centre);
  });

  it("are counted as polygons that take no cell, and their rings as such", async () => {
    const { report } = await layPolygons(bench.store, path, {
      measure: "presence",
      rule: "centre",
      species: "name",
      where: "name <> 'a hole like that'",
    });
    expect(report.skipped).toEqual({ "left out by `where`": 1, "takes no cell": 10 });
    expect(report.warnings.join("\n")).toMatch(/9 rings without an area/);
    expect(report.warnings.join("\n")).toMatch(/10 polygons on the grid that take no cell.*there and back/);
  });

  it("cover nothing", async () => {
    const { cells } = await layPolygons(bench.store, path, { measure: "coverage", rule: "coverage" });
    // The square with the hole that is none.
    expect([...cells.values()]).toEqual(Array(9).fill(1));
    expect([...cells.keys()]).toEqual(expected.find(({ name }) => name === "a hole like that")!.centre);
    expect(grid.size).toBe(400);
  });

  it("are invalid where that is refused", async () => {
    const refused = layPolygons(bench.store, path, {
      measure: "presence",
      invalid: "refuse",
      ...where("level"),
    });
    await expect(refused).rejects.toThrow(/feature 3 .*is an invalid polygon: a ring has no area/);
  });

  it("are the same in a shapefile and FlatGeobuf as in GeoJSON", async () => {
    const plain = await layPolygons(bench.store, path, { measure: "presence", rule: "touched" });
    for (const ending of ["shp", "fgb"]) {
      const { cells } = await layPolygons(bench.store, join(fixtures, `flat.${ending}`), {
        measure: "presence",
        rule: "touched",
      });
      expect(cells, ending).toEqual(plain.cells);
    }
  });
});
