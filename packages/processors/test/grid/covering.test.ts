import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bounds } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { coveringBounds } from "../../src/grid/covering.js";
import { resolveGrid } from "../../src/grid/resolve.js";
import { openGeoTiff, parseCrs } from "../../src/index.js";

interface Case {
  readonly source: string;
  readonly target: string;
  readonly resolution: number;
  readonly box: readonly [number, number, number, number];
  readonly dense: Bounds;
  readonly gdalwarp: Bounds;
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/grid/covering.json", import.meta.url), "utf8"),
) as Case[];

const raster = ([left, top, right, bottom]: Case["box"]) => ({
  width: 100,
  height: 100,
  affine: { a: (right - left) / 100, b: 0, c: left, d: 0, e: (bottom - top) / 100, f: top },
});

const unopened = (): never => {
  throw new Error("no raster is to be opened");
};

describe("the extent of a raster in another CRS", () => {
  it.each(cases)("covers every point that PROJ projects: $source $box in $target", (one) => {
    const bounds = coveringBounds(raster(one.box), parseCrs(one.source), parseCrs(one.target))!;
    // The fixture's points are a thousandth of the raster apart; a pole or a summit lies at most that far beyond them.
    const slack = [0, 1].map((axis) => (one.dense[axis + 2]! - one.dense[axis]!) / 500);
    const rounding = 1e-6;
    for (const [index, value] of one.dense.entries()) {
      const beyond = index < 2 ? value - bounds[index]! : bounds[index]! - value;
      expect(beyond, `side ${index}`).toBeGreaterThan(-rounding);
      expect(beyond, `side ${index}`).toBeLessThan(slack[index % 2]!);
    }
  });

  it.each(cases)("is at most a cell from what gdalwarp -tap chooses: $source $box in $target", (one) => {
    const bounds = coveringBounds(raster(one.box), parseCrs(one.source), parseCrs(one.target))!;
    for (const [index, value] of one.gdalwarp.entries()) {
      const { resolution } = one;
      const tap = (index < 2 ? Math.floor : Math.ceil)(bounds[index]! / resolution) * resolution;
      expect(Math.abs(tap - value), `side ${index}`).toBeLessThanOrEqual(resolution);
    }
  });

  it("ends at the pole where the pole is inside, and not where it is a line along an edge", () => {
    const south = coveringBounds(
      raster([-1e6, 1e6, 1e6, -1e6]),
      parseCrs("EPSG:3031"),
      parseCrs("EPSG:4326"),
    );
    expect(south!.slice(0, 3)).toEqual([-180, -90, 180]);
    const plate = coveringBounds(
      raster([-1e6, 10_018_754.171394622, 1e6, 5e6]),
      parseCrs("EPSG:4087"),
      parseCrs("EPSG:4326"),
    )!;
    expect(plate[0]).toBeCloseTo(-8.983, 3);
    expect(plate[2]).toBeCloseTo(8.983, 3);
    expect(plate[3]).toBe(90);
  });

  it("does not run to infinity with a projection", () => {
    const world = raster([-180, 90, 180, -90]);
    for (const target of ["EPSG:3857", "EPSG:3413"]) {
      const bounds = coveringBounds(world, parseCrs("EPSG:4326"), parseCrs(target))!;
      expect(Math.max(...bounds.map(Math.abs))).toBeLessThan(1e9);
    }
  });
});

const inputs = fileURLToPath(new URL("../../../../../shared/data/inputs/", import.meta.url));

describe.skipIf(!existsSync(inputs))("bounds: auto of real rasters", () => {
  // gdalwarp 3.6.2 -t_srs EPSG:4326 -tr 1 1 -tap FILE out.tif; gdalinfo out.tif
  it.each([
    ["05-nan-polar-scale/bremen_sea_ice_conc_2022_9_9.tif", [-180, -90, 180, -39]],
    ["07-georef-oddities/custom_crs_polar_hughes.tif", [-180, -90, 180, -39]],
  ])("%s reaches the pole, as gdalwarp has it", async (path, bounds) => {
    const source = await openGeoTiff({ path: inputs + path, band: 1, scaled: true });
    const grid = await resolveGrid(
      { crs: "EPSG:4326", resolution: [1, 1], bounds: "auto" },
      [
        {
          name: "ice",
          config: {} as never,
          driver: "geotiff",
          crs: source.crs,
          source: { kind: "raster", raster: source },
        },
      ],
      unopened,
    );
    await source.close();
    expect(grid.bounds).toEqual(bounds);
  });
});
