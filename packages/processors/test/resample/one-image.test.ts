import { Grid } from "@quadrat/core/base";
import { describe, expect, it } from "vitest";
import { allCodes, createTransform, parseCrs, projectionNames, type Crs } from "@quadrat/crs";
import { planResampling, resampleBand } from "../../src/resample/index.js";
import { memorySource } from "./memory-source.js";

/*
 * A small raster in the middle of a system's area of use, put on the whole globe as counts: the total is kept, and no cell
 * far away gets any of it. `QUADRAT_EVERY_CODE=1` takes every code that has an area of use, in hours, in place of a sample.
 */

const half = 20037508.342789244;
/** EPSG:6933's world, in its own metres. */
const [wide, high] = [17367530.44516138, 7314540.830865865];
const geographic = parseCrs("EPSG:4326");

/** The whole globe in five ways; `share` is the size of a cell over 2 degrees. */
const grids: Readonly<Record<string, (share: number) => Grid>> = {
  "degrees from -180": (share) => globe("EPSG:4326", [-180, -90, 180, 90], 180 / share, 90 / share),
  "degrees from 0": (share) => globe("EPSG:4326", [0, -90, 360, 90], 180 / share, 90 / share),
  "web Mercator": (share) => globe("EPSG:3857", [-half, -half, half, half], 180 / share, 180 / share),
  "EPSG:6933": (share) => globe("EPSG:6933", [-wide, -high, wide, high], 232 / share, 98 / share),
  "EPSG:8857": (share) => globe("EPSG:8857", [-17.4e6, -8.4e6, 17.4e6, 8.4e6], 174 / share, 84 / share),
};
/** Whose world ends at 180 degrees with an edge that bends or is cut: what lies across it is not this test's. */
const cut = new Set(["EPSG:6933", "EPSG:8857"]);

function globe(
  crs: string,
  bounds: readonly [number, number, number, number],
  columns: number,
  rows: number,
): Grid {
  const [west, south, east, north] = bounds;
  return new Grid({ crs, resolution: [(east - west) / columns, (north - south) / rows], bounds });
}

const side = 60;
const values = Float64Array.from({ length: side * side }, (_, i) => 1 + ((i * 7919) % 13));
const total = values.reduce((sum, value) => sum + value, 0);

/** Coverage fractions below a millionth are left out, in each of the few pixels that a cell's corner or bend just meets. */
const tolerance = 1e-9;

interface Middle {
  readonly longitude: number;
  readonly latitude: number;
}

function middleOf({ areaOfUse }: Crs): Middle {
  const { west, east, south, north } = areaOfUse!;
  const longitude = (west + (east < west ? east + 360 : east)) / 2;
  return { longitude: longitude > 180 ? longitude - 360 : longitude, latitude: (south + north) / 2 };
}

/** 60 x 60 pixels of a kilometre. */
function smallRaster(crs: Crs, { longitude, latitude }: Middle) {
  const xs = Float64Array.of(longitude);
  const ys = Float64Array.of(latitude);
  createTransform(geographic, crs).transform(xs, ys);
  const size = 1000 / (crs.definition.unitFactor * (crs.isGeographic ? 6378137 : 1));
  const affine = {
    a: size,
    b: 0,
    c: xs[0]! - (size * side) / 2,
    d: 0,
    e: -size,
    f: ys[0]! + (size * side) / 2,
  };
  return memorySource(side, side, affine, values, "float64");
}

/** What comes of the raster on a grid: its total over what it was, and the furthest cell from its middle, in degrees. */
async function image(crs: Crs, grid: Grid): Promise<{ kept: number; furthest: number }> {
  const middle = middleOf(crs);
  const transform = createTransform(parseCrs(grid.crs), crs);
  const source = smallRaster(crs, middle);
  const plan = planResampling({
    source,
    grid,
    method: "sum",
    transform,
    geographicSource: crs.isGeographic,
  });
  let sum = 0;
  const xs: number[] = [];
  const ys: number[] = [];
  const band = 128;
  for (let top = 0; top < grid.height; top += band) {
    const cells = await resampleBand(plan, top, Math.min(grid.height, top + band), 1 << 20);
    for (const [i, value] of cells.entries()) {
      if (Number.isNaN(value)) continue;
      sum += value;
      xs.push(grid.x.centre(i % grid.width));
      ys.push(grid.y.centre(top + Math.floor(i / grid.width)));
    }
  }
  const [longitudes, latitudes] = [Float64Array.from(xs), Float64Array.from(ys)];
  createTransform(parseCrs(grid.crs), geographic).transform(longitudes, latitudes);
  const furthest = Math.max(
    0,
    ...longitudes
      .map((longitude, i) => greatCircle(middle, { longitude, latitude: latitudes[i]! }))
      .filter((d) => !Number.isNaN(d)),
  );
  return { kept: sum / total, furthest };
}

function greatCircle(one: Middle, other: Middle): number {
  const [a, b] = [one, other].map(({ latitude }) => (latitude * Math.PI) / 180) as [number, number];
  const turn = ((one.longitude - other.longitude) * Math.PI) / 180;
  const square = Math.sin((a - b) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(turn / 2) ** 2;
  return (2 * Math.asin(Math.min(1, Math.sqrt(square))) * 180) / Math.PI;
}

async function expectOneImage(crs: Crs, name: string, share: number): Promise<void> {
  if (cut.has(name) && Math.abs(middleOf(crs).longitude) > 178) return;
  const { kept, furthest } = await image(crs, grids[name]!(share));
  expect({ name, kept, off: Math.abs(kept - 1) > tolerance }).toEqual({ name, kept, off: false });
  // Cells of 2 degrees are at most 1.5 degrees from corner to middle but near the poles, where maps are stretched.
  expect(furthest, name).toBeLessThan(Math.abs(middleOf(crs).latitude) < 75 ? 5 : 16);
}

/** What was wrong once, and one system at least of every projection that codes have. */
const chosen = `
  EPSG:32648 EPSG:27700 EPSG:29903 EPSG:2048 EPSG:28992 EPSG:31700 EPSG:3035 EPSG:31287 ESRI:102033 EPSG:3375 EPSG:2056
  EPSG:5514 EPSG:27200 EPSG:5880 EPSG:30200 EPSG:2154 EPSG:5070 EPSG:3413 EPSG:3031 ESRI:102016 ESRI:54032 ESRI:54024
  ESRI:102010 ESRI:102031 EPSG:6933 EPSG:8857 ESRI:54009 ESRI:54008 ESRI:54030 ESRI:54012 ESRI:54010 ESRI:54052 EPSG:3857
  EPSG:3395 EPSG:4087 ESRI:54003 EPSG:4258
`
  .trim()
  .split(/\s+/);

function sampled(count: number): string[] {
  const codes = allCodes();
  let state = 20261129;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return codes[state % codes.length]!;
  });
}

/** The system of a code that is supported and has an area of use on the Earth. */
function usable(code: string): Crs | undefined {
  try {
    const crs = parseCrs(code);
    createTransform(geographic, crs);
    return crs.areaOfUse && crs;
  } catch {
    return undefined;
  }
}

const every = process.env["QUADRAT_EVERY_CODE"] === "1";
const names = Object.keys(grids);
const systems = (every ? allCodes() : [...chosen, ...sampled(6)]).flatMap((code) => {
  const crs = usable(code);
  return crs ? [{ code, crs }] : [];
});

describe("a small raster on the whole globe has one image and its total", () => {
  it("is tested on systems of most projections", () => {
    const known = new Set(systems.map(({ crs }) => crs.definition.projection));
    const without = projectionNames.filter((projection) => !known.has(projection));
    // Satellite views, and what is written as a PROJ string alone.
    expect(without.filter((name) => !["geos", "gnom", "ob_tran", "ortho"].includes(name))).toEqual([]);
    expect(chosen.filter((code) => !usable(code))).toEqual([]);
  });

  it.each(systems)("$code in cells of 2 degrees", async ({ crs }) => {
    const turn = systems.findIndex((system) => system.crs === crs);
    const here = every ? names : [names[0]!, names[1 + (turn % (names.length - 1))]!];
    for (const name of here) await expectOneImage(crs, name, 1);
  });

  it.each(["EPSG:32648", "EPSG:28992", "EPSG:3035"])("%s in cells of a quarter of a degree", async (code) => {
    for (const name of every ? names : names.slice(0, 1)) await expectOneImage(parseCrs(code), name, 1 / 8);
  });
});
