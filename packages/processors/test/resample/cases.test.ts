import { readdirSync, readFileSync } from "node:fs";
import { Grid, type ResamplingMethod } from "@quadrat/core/base";
import { afterAll, describe, expect, it } from "vitest";
import { openGeoTiff, type GeoTiffOptions, type GeoTiffSource } from "@quadrat/geotiff";
import {
  compare,
  expectCells,
  hasSharedData,
  planWith,
  readTable,
  resampleAll,
  sharedPath,
  spec,
} from "./tables.js";

const opened: GeoTiffSource[] = [];
afterAll(() => Promise.all(opened.map((source) => source.close())));

async function open(path: string, options: Partial<GeoTiffOptions> = {}): Promise<GeoTiffSource> {
  const source = await openGeoTiff({ path: sharedPath(`inputs/${path}`), band: 1, scaled: true, ...options });
  opened.push(source);
  return source;
}

const table = (path: string) => readTable(sharedPath(`cases/${path}`));

/** The cells that no side of the raster cuts; see docs/resampling.md for those that one does. */
function inside(source: GeoTiffSource, grid: Grid): (cell: number) => boolean {
  const { a, c, e, f } = source.affine;
  const within = (low: number, high: number, size: number) =>
    (Math.min(low, high) > -1e-6 && Math.max(low, high) < size + 1e-6) ||
    Math.max(low, high) < -1 ||
    Math.min(low, high) > size;
  return (cell) => {
    const column = cell % grid.width;
    const row = (cell - column) / grid.width;
    return (
      within((grid.x.edge(column) - c) / a, (grid.x.edge(column + 1) - c) / a, source.width) &&
      within((grid.y.edge(row) - f) / e, (grid.y.edge(row + 1) - f) / e, source.height)
    );
  };
}

describe.skipIf(!hasSharedData)("case 01: one raster, every method", () => {
  const g1 = new Grid(
    spec(
      "EPSG:4326",
      [5.741666666666667, 49.441666666666667, 6.533333333333333, 50.191666666666667],
      [(6.533333333333333 - 5.741666666666667) / 19, 0.75 / 18],
    ),
  );
  const g3 = new Grid(spec("EPSG:4326", [5.9, 49.6, 6.1, 49.8], 0.0025));
  const run = async (grid: Grid, method: ResamplingMethod) =>
    resampleAll(planWith(await open("01-lux-elev-methods/elev.tif"), grid, method));

  it.each<ResamplingMethod>(["near", "min", "max", "med", "q1", "q3"])(
    "%s on g1 and g3 is GDAL's",
    async (method) => {
      for (const [name, grid] of [
        ["g1", g1],
        ["g3", g3],
      ] as const) {
        const want = table(`01-lux-elev-methods/${name}_gdalwarp.csv.gz`);
        expectCells(want, grid);
        expect(compare(await run(grid, method), want[method]!)).toMatchObject({ nullsDiffer: 0, unequal: 0 });
      }
    },
  );

  it.each<ResamplingMethod>(["bilinear", "cubic", "cubicspline", "average", "rms"])(
    "%s on g1 and g3 is GDAL's within 1e-6",
    async (method) => {
      for (const [name, grid] of [
        ["g1", g1],
        ["g3", g3],
      ] as const) {
        const result = compare(
          await run(grid, method),
          table(`01-lux-elev-methods/${name}_gdalwarp.csv.gz`)[method]!,
        );
        expect(result.nullsDiffer).toBe(0);
        expect(result.worst).toBeLessThan(1e-6);
      }
    },
  );

  it("lanczos on g3 is GDAL's within 1e-6", async () => {
    const result = compare(
      await run(g3, "lanczos"),
      table("01-lux-elev-methods/g3_gdalwarp.csv.gz").lanczos!,
    );
    expect(result.nullsDiffer).toBe(0);
    expect(result.worst).toBeLessThan(1e-6);
  });

  it("lanczos on g1 is GDAL's, which drops a centre's fraction of a pixel: here 0 or, by rounding, 0.999...", async () => {
    const want = table("01-lux-elev-methods/g1_gdalwarp.csv.gz").lanczos!;
    const [xmin, ymin, xmax, ymax] = g1.bounds;
    const north = new Grid(spec("EPSG:4326", [xmin, ymin + 1 / 120, xmax, ymax + 1 / 120], g1.resolution));
    const got = await run(g1, "lanczos");
    const moved = await run(north, "lanczos");
    expect(compare(got, want).nullsDiffer).toBe(0);
    let unexplained = 0;
    let equal = 0;
    for (let cell = 0; cell < want.length; cell++) {
      if (Number.isNaN(want[cell]!)) continue;
      if (Math.abs(got[cell]! - want[cell]!) < 1e-6) equal++;
      else if (!(Math.abs(moved[cell]! - want[cell]!) < 1e-6)) unexplained++;
    }
    expect(equal).toBeGreaterThan(110);
    expect(unexplained).toBeLessThanOrEqual(2);
  });

  it("sum on g1 is exactextract's and keeps the total", async () => {
    const want = table("01-lux-elev-methods/g1_exactextract.csv.gz");
    const got = await run(g1, "sum");
    const touched = want.sum!.map((sum, i) => (want.count![i]! < 1e-6 ? NaN : sum));
    expect(compare(got, touched)).toMatchObject({ nullsDiffer: 0 });
    expect(compare(got, touched).worstRelative).toBeLessThan(1e-6);
    expect(total(got)).toBeCloseTo(total(table("01-lux-elev-methods/g1_numpy_blocks.csv").sum!), 6);
  });

  it("mode on g1 is one of the tied values, and the smallest", async () => {
    const got = await run(g1, "mode");
    const { n } = table("01-lux-elev-methods/g1_numpy_blocks.csv");
    const lines = readFileSync(sharedPath("cases/01-lux-elev-methods/g1_numpy_blocks.csv"), "utf8")
      .trim()
      .split(/\r?\n/);
    for (const [cell, line] of lines.slice(1).entries()) {
      const tied = line
        .slice(line.lastIndexOf(",") + 1)
        .split(/[^0-9.-]+/)
        .filter(Boolean)
        .map(Number);
      if (n![cell] === 0) expect(got[cell]).toBeNaN();
      else expect(got[cell]).toBe(Math.min(...tied));
    }
  });
});

describe.skipIf(!hasSharedData)("case 02: UTM to longitude and latitude", () => {
  const grid = new Grid(spec("EPSG:4326", [-79, 23.5, -76, 25.6], 0.02));
  const run = async (method: ResamplingMethod, band = 1) =>
    resampleAll(planWith(await open("02-utm-to-wgs84/RGB.byte.tif", { band }), grid, method));
  const exact = () => table("02-utm-to-wgs84/red_exactextract.csv.gz");
  const warped = () => table("02-utm-to-wgs84/red_gdalwarp.csv.gz");

  it.each([
    ["red", 1],
    ["green", 2],
    ["blue", 3],
  ] as const)("near and bilinear of %s are GDAL's", async (name, band) => {
    const want = table("02-utm-to-wgs84/bands_gdalwarp.csv.gz");
    expectCells(want, grid);
    expect(compare(await run("near", band), want[`${name}_near`]!)).toMatchObject({
      nullsDiffer: 0,
      unequal: 0,
    });
    const bilinear = compare(await run("bilinear", band), want[`${name}_bilinear`]!);
    expect(bilinear.nullsDiffer).toBe(0);
    expect(bilinear.worst).toBeLessThan(1e-5);
    const average = compare(await run("average", band), want[`${name}_average`]!);
    expect(average.worst).toBeLessThan(7);
    expect(average.mean).toBeLessThan(0.3);
  });

  it("cubic is GDAL's within 1e-5", async () => {
    const result = compare(await run("cubic"), warped().red_cubic!);
    expect(result.nullsDiffer).toBe(0);
    expect(result.worst).toBeLessThan(1e-5);
  });

  it("average is exactextract's within 1e-3", async () => {
    const result = compare(await run("average"), exact().mean!);
    expect(result.nullsDiffer).toBe(0);
    expect(result.worst).toBeLessThan(1e-3);
  });

  it("sum is exactextract's as near as GDAL's is, and keeps the total", async () => {
    const got = await run("sum");
    const { sum, mean } = exact();
    const want = sum!.map((value, i) => (Number.isNaN(mean![i]!) ? NaN : value));
    expect(compare(got, want).nullsDiffer).toBe(0);
    expect(compare(got, want).worst).toBeLessThan(0.005);
    expect(compare(got, want, (cell) => want[cell]! > 100).worstRelative).toBeLessThan(1e-5);
    expect(total(got) / 17_008_452 - 1).toBeCloseTo(0, 8);
  });

  it.each(["min", "max"] as const)(
    "%s is exactextract's but where that counts the sliver of a pixel",
    async (method) => {
      const result = compare(await run(method), exact()[method]!);
      expect(result.nullsDiffer).toBe(0);
      expect(result.unequal).toBeLessThanOrEqual(3);
    },
  );

  it("mode is exactextract's but where values tie", async () => {
    const got = await run("mode");
    const want = exact().mode!;
    const result = compare(got, want);
    expect(result.nullsDiffer).toBe(0);
    for (let cell = 0; cell < want.length; cell++) {
      if (!Number.isNaN(want[cell]!) && got[cell] !== want[cell]) expect(got[cell]).toBeLessThan(want[cell]!);
    }
    expect(result.unequal / result.both).toBeLessThan(0.011);
  });
});

describe.skipIf(!hasSharedData)("case 04: land cover and elevation, either way", () => {
  const l = new Grid(spec("EPSG:4326", [-113.25, 37.1, -112.8, 37.55], 0.01));
  const u = new Grid(spec("EPSG:32612", [300000, 4110000, 340000, 4160000], 1000));
  const run = async (file: string, grid: Grid, method: ResamplingMethod) =>
    resampleAll(planWith(await open(`04-categorical-zion/${file}.tif`), grid, method));

  it.each([
    ["l", l],
    ["u", u],
  ] as const)("near is GDAL's on %s", async (name, grid) => {
    const want = table(`04-categorical-zion/${name}_gdalwarp.csv`);
    expectCells(want, grid);
    expect(compare(await run("nlcd2011", grid, "near"), want.nlcd_near!)).toMatchObject({
      nullsDiffer: 0,
      unequal: 0,
    });
    expect(compare(await run("srtm", grid, "near"), want.srtm_near!)).toMatchObject({
      nullsDiffer: 0,
      unequal: 0,
    });
  });

  it.each([
    ["l", l],
    ["u", u],
  ] as const)("bilinear is GDAL's on %s within 1e-5", async (name, grid) => {
    const result = compare(
      await run("srtm", grid, "bilinear"),
      table(`04-categorical-zion/${name}_gdalwarp.csv`).srtm_bilinear!,
    );
    expect(result.nullsDiffer).toBe(0);
    expect(result.worst).toBeLessThan(1e-5);
  });

  it("mode on l is exactextract's", async () => {
    const got = await run("nlcd2011", l, "mode");
    expect(compare(got, table("04-categorical-zion/l_nlcd_exactextract.csv").mode!)).toMatchObject({
      nullsDiffer: 0,
      unequal: 0,
    });
    const warped = compare(got, table("04-categorical-zion/l_gdalwarp.csv").nlcd_mode!);
    expect(warped.unequal / warped.both).toBeLessThan(0.01);
  });

  it("mode on u is GDAL's but for near ties", async () => {
    const result = compare(
      await run("nlcd2011", u, "mode"),
      table("04-categorical-zion/u_gdalwarp.csv").nlcd_mode!,
    );
    expect(result.nullsDiffer).toBe(0);
    expect(result.unequal / result.both).toBeLessThan(0.01);
  });

  it("average on u is exactextract's within 0.01", async () => {
    const result = compare(
      await run("srtm", u, "average"),
      table("04-categorical-zion/u_srtm_exactextract.csv").mean!,
    );
    expect(result.nullsDiffer).toBe(0);
    expect(result.worst).toBeLessThan(0.01);
  });

  it.each(["min", "max"] as const)(
    "%s on u is exactextract's but where that counts the sliver of a pixel",
    async (method) => {
      const result = compare(
        await run("srtm", u, method),
        table("04-categorical-zion/u_srtm_exactextract.csv")[method]!,
      );
      expect(result.nullsDiffer).toBe(0);
      expect(result.unequal).toBeLessThanOrEqual(1);
    },
  );

  it.each(["average", "min", "max", "med"] as const)("%s on l is GDAL's", async (method) => {
    const source = await open("04-categorical-zion/srtm.tif");
    const result = compare(
      await run("srtm", l, method),
      table("04-categorical-zion/l_gdalwarp.csv")[`srtm_${method}`]!,
      inside(source, l),
    );
    expect(result.both).toBeGreaterThan(1360);
    expect(result.nullsDiffer).toBe(0);
    expect(result.worst).toBeLessThan(1e-6);
  });
});

describe.skipIf(!hasSharedData)("case 06: the same pixels in many layouts", () => {
  const grid = new Grid(spec("EPSG:4326", [-113.25, 37.1, -112.84, 37.55], 0.01));
  const names = hasSharedData
    ? readdirSync(sharedPath("inputs/06-layouts")).filter((name) => name.endsWith(".tif"))
    : [];
  const special = ["strips_lzma.tif", "sparse_tiles.tif"];

  it.each(names.filter((name) => !special.includes(name)))("%s", async (name) => {
    const want = table("06-layouts/all_layouts_gdalwarp.csv");
    expectCells(want, grid);
    const source = await open(`06-layouts/${name}`, {
      band: name.startsWith("bands3") ? 2 : 1,
      ...(name === "worldfile_no_geokeys.tif" && { crs: "EPSG:4326", nodata: 65535 }),
    });
    const run = (method: ResamplingMethod) => resampleAll(planWith(source, grid, method));
    expect(compare(await run("near"), want.near!)).toMatchObject({ nullsDiffer: 0, unequal: 0 });
    const bilinear = compare(await run("bilinear"), want.bilinear!);
    expect(bilinear.nullsDiffer).toBe(0);
    expect(bilinear.worst).toBeLessThan(1e-3);
    const average = compare(await run("average"), want.average!, inside(source, grid));
    expect(average.both).toBeGreaterThan(1360);
    expect(average.nullsDiffer).toBe(0);
    expect(average.worst).toBeLessThan(1e-3);
    expect(compare(await run("max"), want.max!, inside(source, grid))).toMatchObject({
      nullsDiffer: 0,
      unequal: 0,
    });
  });

  it("sparse_tiles.tif, whose missing tiles are null", async () => {
    const want = table("06-layouts/sparse_tiles_gdalwarp.csv");
    const source = await open("06-layouts/sparse_tiles.tif");
    expect(compare(await resampleAll(planWith(source, grid, "near")), want.near!)).toMatchObject({
      nullsDiffer: 0,
      unequal: 0,
    });
    const average = compare(
      await resampleAll(planWith(source, grid, "average")),
      want.average!,
      inside(source, grid),
    );
    expect(average.nullsDiffer).toBe(0);
    expect(average.worst).toBeLessThan(1e-3);
  });
});

describe.skipIf(!hasSharedData)("case 08: layers that overlap in part", () => {
  const grid = new Grid(spec("EPSG:4326", [-40, 20, 40, 60], 0.5));

  it.each([
    ["cropland", "cropland_iberia", 1e-6],
    ["pasture", "pasture_france", 1e-6],
    ["fishing", "fishing_azores", 1e-5],
    ["rain", "gpm_rain_uint16", 1e-6],
  ] as const)(
    "average of %s has its rows, and its values where no side of the raster cuts the cell",
    async (name, file, tolerance) => {
      const rows = table(`08-partial-overlap-join/${name}.csv`);
      const source = await open(`08-partial-overlap-join/${file}.tif`);
      const want = new Float64Array(grid.size).fill(NaN);
      for (let i = 0; i < rows.x!.length; i++) {
        const column = Math.round((rows.x![i]! - grid.x.centre(0)) / 0.5);
        const row = Math.round((grid.y.centre(0) - rows.y![i]!) / 0.5);
        want[row * grid.width + column] = rows[name]![i]!;
      }
      const got = await resampleAll(planWith(source, grid, "average"));
      expect(compare(got, want).nullsDiffer).toBe(0);
      expect(compare(got, want).both).toBe(rows.x!.length);
      const whole = compare(got, want, inside(source, grid));
      expect(whole.both).toBeGreaterThan(0.88 * rows.x!.length);
      expect(whole.worst).toBeLessThan(tolerance);
    },
  );
});

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0);
}
