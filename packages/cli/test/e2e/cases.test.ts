import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { byPlace, compare, inFolder, readCsv, run, shared, type Row } from "./support/quadrat.js";

const methods = "near bilinear cubic cubicspline lanczos average rms mode min max med q1 q3 sum".split(" ");
type Table = Map<string, Row>;
type Datasets = Record<string, Record<string, unknown>>;

const expected = async (path: string): Promise<Table> => byPlace(await readCsv(join(shared, "cases", path)));

/** Lays the datasets on the grid, every cell a row. */
async function lay(grid: Record<string, unknown>, datasets: Datasets, join_ = "all"): Promise<Table> {
  return inFolder(async (folder) => {
    const report = await run(folder, {
      grid,
      datasets,
      merge: { join: join_ },
      export: { directory: "out" },
    });
    return byPlace(await readCsv(report.files[0]!.path));
  });
}

/** Every method of one raster band, as a dataset each. */
function everyMethod(path: string, names: readonly string[], more: Record<string, unknown> = {}): Datasets {
  return Object.fromEntries(names.map((resample) => [resample, { path, resample, ...more }]));
}

/** The cells that lie wholly inside a rectangle; gdalwarp 3.6 counts what is outside as the outermost pixels, up to a pixel away. */
function within(table: Table, [xmin, ymin, xmax, ymax]: readonly number[], cell: number): Table {
  return new Map(
    [...table].filter(([, row]) => {
      const [x, y] = [Number(row["x"]), Number(row["y"])];
      const half = cell / 2 - 1e-9;
      return x - half >= xmin! && x + half <= xmax! && y - half >= ymin! && y + half <= ymax!;
    }),
  );
}

function agree(
  ours: Table,
  column: string,
  theirs: Table,
  theirColumn: string,
  tolerance: number | ((v: number) => number),
): void {
  const { nullity, beyond, compared } = compare(ours, column, theirs, theirColumn, tolerance);
  expect({ column, nullity, beyond }).toEqual({ column, nullity: 0, beyond: 0 });
  expect(compared).toBeGreaterThan(50);
}

describe.skipIf(!existsSync(shared))("case 01: one int16 raster, every method", () => {
  const path = join(shared, "inputs/01-lux-elev-methods/elev.tif");
  const g1 = {
    crs: "EPSG:4326",
    resolution: [
      (6.533333333333333 - 5.741666666666667) / 19,
      (50.191666666666667 - 49.441666666666667) / 18,
    ],
    bounds: [5.741666666666667, 49.441666666666667, 6.533333333333333, 50.191666666666667],
  };
  const g3 = { crs: "EPSG:4326", resolution: 0.0025, bounds: [5.9, 49.6, 6.1, 49.8] };
  let ours: { g1: Table; g3: Table };
  const theirs: Record<string, Table> = {};
  beforeAll(async () => {
    ours = { g1: await lay(g1, everyMethod(path, methods)), g3: await lay(g3, everyMethod(path, methods)) };
    for (const name of [
      "g1_exactextract.csv.gz",
      "g1_gdalwarp.csv.gz",
      "g1_numpy_blocks.csv",
      "g1_terra.csv.gz",
      "g3_gdalwarp.csv.gz",
      "g3_terra.csv.gz",
    ]) {
      theirs[name] = await expected(`01-lux-elev-methods/${name}`);
    }
  });

  it.each([
    ["near", 0],
    ["min", 0],
    ["max", 0],
    ["med", 0],
    ["q1", 0],
    ["q3", 0],
    ["average", 1e-6],
    ["rms", 1e-4],
    ["bilinear", 1e-4],
    ["cubic", 1e-4],
    ["cubicspline", 1e-4],
  ] as const)("g1 %s equals gdalwarp's", (method, tolerance) => {
    agree(ours.g1, method, theirs["g1_gdalwarp.csv.gz"]!, method, tolerance);
  });

  it.each([
    ["near", 0],
    ["min", 0],
    ["max", 0],
    ["med", 0],
    ["q1", 0],
    ["q3", 0],
    ["average", 1e-4],
    ["rms", 1e-4],
    ["bilinear", 1e-3],
    ["cubic", 1e-3],
  ] as const)("g1 %s equals terra's", (method, tolerance) => {
    agree(ours.g1, method, theirs["g1_terra.csv.gz"]!, method, tolerance);
  });

  it("g1 sum and average equal exactextract's, and preserve the total", () => {
    const exact = theirs["g1_exactextract.csv.gz"]!;
    // It counts slivers a ten-billionth of a pixel wide, and sums nothing up to 0.
    const covered = [...exact].filter(([, row]) => row["count"] === "0.0" || Number(row["count"]) > 1e-6);
    const clean: Table = new Map(
      covered.map(([place, row]) => [place, row["mean"] === "" ? { ...row, sum: "" } : row]),
    );
    agree(ours.g1, "average", clean, "mean", 1e-6);
    agree(ours.g1, "sum", clean, "sum", (sum) => 1e-6 * Math.abs(sum));
    const total = (table: Table): number =>
      [...table.values()].reduce((sum, row) => sum + Number(row["sum"]), 0);
    expect(Math.abs(total(ours.g1) / total(exact) - 1)).toBeLessThan(1e-9);
  });

  it("g1 mode is the smallest of numpy's most frequent values; the others equal numpy's blocks", () => {
    const blocks = theirs["g1_numpy_blocks.csv"]!;
    for (const [place, row] of blocks) {
      const ties = row["mode_ties"]!.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
      const mode = ours.g1.get(place)!["mode"]!;
      expect(mode, place).toBe(ties.length > 0 ? String(Math.min(...ties)) : "");
    }
    agree(ours.g1, "average", blocks, "mean", 1e-6);
    agree(ours.g1, "med", blocks, "median_low", 0);
    agree(ours.g1, "min", blocks, "min", 0);
    agree(ours.g1, "max", blocks, "max", 0);
  });

  it.each(methods.filter((method) => !["sum", "mode"].includes(method)).map((method) => [method]))(
    "g3 %s equals gdalwarp's",
    (method) => {
      agree(ours.g3, method, theirs["g3_gdalwarp.csv.gz"]!, method, method === "average" ? 1e-6 : 1e-4);
    },
  );

  it("g3 sum equals gdalwarp's", () => {
    agree(ours.g3, "sum", theirs["g3_gdalwarp.csv.gz"]!, "sum", (sum) => 1e-6 * Math.abs(sum) + 1e-9);
  });

  it.each([["near"], ["bilinear"], ["cubic"]])("g3 %s equals terra's", (method) => {
    agree(ours.g3, method, theirs["g3_terra.csv.gz"]!, method, 1e-3);
  });
});

describe.skipIf(!existsSync(shared))("case 02: UTM to longitude and latitude, three bands", () => {
  const path = join(shared, "inputs/02-utm-to-wgs84/RGB.byte.tif");
  const grid = { crs: "EPSG:4326", resolution: 0.02, bounds: [-79, 23.5, -76, 25.6] };
  const names = ["near", "bilinear", "cubic", "average", "mode", "min", "max", "med", "q1", "q3", "sum"];
  let red: Table;
  let bands: Table;
  beforeAll(async () => {
    red = await lay(grid, everyMethod(path, names));
    const datasets: Datasets = {};
    for (const [index, band] of ["red", "green", "blue"].entries()) {
      for (const resample of ["average", "near", "bilinear"])
        datasets[`${band}_${resample}`] = { path, band: index + 1, resample };
    }
    bands = await lay(grid, datasets);
  });

  it("near equals gdalwarp's with an exact transform, in all bands", async () => {
    const theirs = await expected("02-utm-to-wgs84/bands_gdalwarp.csv.gz");
    for (const band of ["red", "green", "blue"]) agree(bands, `${band}_near`, theirs, `${band}_near`, 0);
  });

  it("bilinear equals gdalwarp's within 0.001, in all bands", async () => {
    const theirs = await expected("02-utm-to-wgs84/bands_gdalwarp.csv.gz");
    for (const band of ["red", "green", "blue"])
      agree(bands, `${band}_bilinear`, theirs, `${band}_bilinear`, 0.001);
  });

  it("average and sum equal exactextract's, which clips the real outline", async () => {
    const exact = await expected("02-utm-to-wgs84/red_exactextract.csv.gz");
    agree(red, "average", exact, "mean", 0.01);
    const covered = new Map(
      [...exact].map(([place, row]) => [place, row["mean"] === "" ? { ...row, sum: "" } : row]),
    );
    // Cells of less than half a pixel show the chords of its outline, 8 to an edge.
    const sliver = 1e-3;
    const { nullity, beyond } = compare(red, "sum", covered, "sum", (sum) => 1e-5 * Math.abs(sum) + sliver);
    expect({ nullity, beyond }).toEqual({ nullity: 0, beyond: 0 });
    const total = [...red.values()].reduce((sum, row) => sum + Number(row["sum"]), 0);
    expect(Math.abs(total / 17_008_452 - 1)).toBeLessThan(1e-5);
  });

  it("average is as near to gdalwarp's bounding boxes as the case says", async () => {
    const theirs = await expected("02-utm-to-wgs84/red_gdalwarp.csv.gz");
    const { largest } = compare(red, "average", theirs, "red_average", 7);
    expect(largest).toBeLessThan(7);
  });

  it("min, max, med and mode differ from gdalwarp's bounding boxes in no more cells than exactextract does", async () => {
    const theirs = await expected("02-utm-to-wgs84/red_gdalwarp.csv.gz");
    for (const method of ["min", "max", "med", "mode"]) {
      const { beyond, compared } = compare(red, method, theirs, `red_${method}`, 0);
      expect(beyond / compared, method).toBeLessThan(method === "med" || method === "mode" ? 0.15 : 0.07);
    }
  });

  it("near and bilinear are as near to terra's approximated transform as the case says", async () => {
    const theirs = await expected("02-utm-to-wgs84/red_terra.csv.gz");
    expect(compare(red, "near", theirs, "red_near", 0).beyond).toBeLessThanOrEqual(0.025 * 7672);
    expect(compare(red, "bilinear", theirs, "red_bilinear", 1.2).beyond).toBe(0);
  });
});

describe.skipIf(!existsSync(shared))("case 04: land cover and elevation, both directions", () => {
  const nlcd = join(shared, "inputs/04-categorical-zion/nlcd2011.tif");
  const srtm = join(shared, "inputs/04-categorical-zion/srtm.tif");
  const grids = {
    l: { crs: "EPSG:4326", resolution: 0.01, bounds: [-113.25, 37.1, -112.8, 37.55] },
    u: { crs: "EPSG:32612", resolution: 1000, bounds: [300_000, 4_110_000, 340_000, 4_160_000] },
  };
  const datasets: Datasets = {
    nlcd_default: { path: nlcd, type: "categorical" },
    ...Object.fromEntries(
      ["near", "mode", "min", "max"].map((resample) => [`nlcd_${resample}`, { path: nlcd, resample }]),
    ),
    ...Object.fromEntries(
      ["near", "bilinear", "average", "min", "max", "med"].map((resample) => [
        `srtm_${resample}`,
        { path: srtm, resample },
      ]),
    ),
  };
  let l: Table;
  let u: Table;
  beforeAll(async () => {
    l = await lay(grids.l, datasets);
    u = await lay(grids.u, datasets);
  });

  it("near equals gdalwarp's", async () => {
    for (const [ours, name] of [
      [l, "l"],
      [u, "u"],
    ] as const) {
      const theirs = await expected(`04-categorical-zion/${name}_gdalwarp.csv`);
      agree(ours, "nlcd_near", theirs, "nlcd_near", 0);
      agree(ours, "srtm_near", theirs, "srtm_near", 0);
    }
  });

  it("bilinear equals gdalwarp's", async () => {
    agree(l, "srtm_bilinear", await expected("04-categorical-zion/l_gdalwarp.csv"), "srtm_bilinear", 0.001);
  });

  it("mode equals exactextract's in 99 of 100 cells, and is the default of a categorical dataset", async () => {
    const theirs = await expected("04-categorical-zion/l_nlcd_exactextract.csv");
    const { nullity, beyond, compared } = compare(l, "nlcd_mode", theirs, "mode", 0);
    expect(nullity).toBe(0);
    expect(beyond).toBeLessThanOrEqual(0.01 * compared);
    expect(compare(l, "nlcd_default", l, "nlcd_mode", 0)).toMatchObject({ nullity: 0, beyond: 0 });
  });

  it("average equals exactextract's within 0.01; min and max where no sliver decides", async () => {
    const theirs = await expected("04-categorical-zion/u_srtm_exactextract.csv");
    agree(u, "srtm_average", theirs, "mean", 0.01);
    for (const method of ["min", "max"]) {
      const { nullity, beyond, compared } = compare(u, `srtm_${method}`, theirs, method, 0);
      expect(nullity, method).toBe(0);
      expect(beyond, method).toBeLessThanOrEqual(0.01 * compared);
    }
  });
});

describe.skipIf(!existsSync(shared))("case 06: 27 layouts of the same pixels, one answer", () => {
  const folder = join(shared, "inputs/06-layouts");
  const grid = { crs: "EPSG:4326", resolution: 0.01, bounds: [-113.25, 37.1, -112.84, 37.55] };
  const layouts = [
    "bands3_pixel",
    "bands3_planar",
    "bigendian_bigtiff_pred2",
    "bigendian_strips",
    "bigtiff_tiled_deflate",
    "cog_deflate_overviews",
    "ext_ovr",
    "float32_nan_notag",
    "float32_pred3",
    "float64_pred3_zstd",
    "int16_deflate",
    "int32_deflate",
    "internal_mask",
    "pixel_is_point",
    "south_up",
    "strips1_lzw_pred2",
    "strips_lzw",
    "strips_none",
    "strips_packbits",
    "tiled_64x32_deflate",
    "tiled_deflate_pred2",
    "tiled_lerc",
    "tiled_zstd",
    "worldfile_and_geokeys",
    "worldfile_no_geokeys",
  ];
  const names = ["near", "bilinear", "average", "max"];
  const tolerances: Record<string, number> = { near: 0, max: 0, average: 0.001, bilinear: 0.001 };
  const special: Record<string, Record<string, unknown>> = {
    bands3_pixel: { band: 2 },
    bands3_planar: { band: 2 },
    worldfile_no_geokeys: { crs: "EPSG:4326", nodata: 65_535 },
  };
  const raster = [-113.2395832, 37.1320834, -112.8520832, 37.5129168];
  /** Rows in the other order, and an origin written with fewer digits: sums may differ in the last bit. */
  const otherGeoreference = new Set(["south_up", "worldfile_no_geokeys"]);
  /** Whether every cell, those on the raster's border too, has the text that the plainest layout gives it. */
  const identical = (table: Table, layout: string): boolean =>
    [...table.values()].every((row) => names.every((m) => row[`${layout}_${m}`] === row[`strips_none_${m}`]));
  let ours: Table;
  beforeAll(async () => {
    const datasets: Datasets = {};
    for (const layout of layouts) {
      for (const resample of names) {
        datasets[`${layout}_${resample}`] = {
          path: join(folder, `${layout}.tif`),
          resample,
          ...special[layout],
        };
      }
    }
    for (const resample of names)
      datasets[`sparse_tiles_${resample}`] = { path: join(folder, "sparse_tiles.tif"), resample };
    ours = await lay(grid, datasets);
  });

  it.each(layouts.map((layout) => [layout]))("%s", async (layout) => {
    const theirs = await expected("06-layouts/all_layouts_gdalwarp.csv");
    for (const method of names) {
      const cells = method === "average" || method === "max" ? within(theirs, raster, 0.01) : theirs;
      agree(ours, `${layout}_${method}`, cells, method, tolerances[method]!);
    }
    if (!otherGeoreference.has(layout)) expect(identical(ours, layout)).toBe(true);
  });

  it("sparse_tiles has a table of its own", async () => {
    const theirs = await expected("06-layouts/sparse_tiles_gdalwarp.csv");
    agree(ours, "sparse_tiles_near", theirs, "near", 0);
    agree(ours, "sparse_tiles_average", within(theirs, raster, 0.01), "average", 0.001);
  });

  it("refuses LZMA by name", async () => {
    const path = join(folder, "strips_lzma.tif");
    await expect(lay(grid, { lzma: { path } })).rejects.toThrow(
      /strips_lzma\.tif.*LZMA|LZMA.*strips_lzma\.tif/s,
    );
  });
});

describe.skipIf(!existsSync(shared))("case 08: four layers that overlap in part", () => {
  const folder = join(shared, "inputs/08-partial-overlap-join");
  const grid = { crs: "EPSG:4326", resolution: 0.5, bounds: [-33.5, 35, 12, 52.5] };
  const paths: Record<string, string> = {
    cropland: "cropland_iberia.tif",
    pasture: "pasture_france.tif",
    fishing: "fishing_azores.tif",
    rain: "gpm_rain_uint16.tif",
  };
  const extents: Record<string, readonly number[]> = {
    cropland: [-12, 35.0366667, 1, 45.0366667],
    pasture: [-4.5419511, 41.0508502, 11.9570424, 52.0501792],
    fishing: [-33.4, 37, -20.9, 41],
    rain: [-20, 36, 6, 48],
  };
  const datasets = (...names: string[]): Datasets =>
    Object.fromEntries(
      names.map((name) => [name, { path: join(folder, paths[name]!), resample: "average" }]),
    );

  it.each(Object.keys(paths).map((name) => [name]))("%s alone", async (name) => {
    const theirs = await expected(`08-partial-overlap-join/${name}.csv`);
    const ours = await lay(grid, datasets(name), "outer");
    expect(ours.size).toBe(theirs.size);
    agree(ours, name, within(theirs, extents[name]!, 0.5), name, 1e-6);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  });

  it("cells on a raster's border hold the area-weighted mean of what is on the raster, as numpy gives it", async () => {
    const ours = await lay(grid, datasets("cropland"), "outer");
    const numpy = { "-2.25": 35, "-2.75": 30.1875, "-4.75": 16.181818181818183, "0.75": 39.85371702638057 };
    for (const [x, mean] of Object.entries(numpy)) {
      const row = ours.get(`${Number(x).toFixed(6)} ${(35.25).toFixed(6)}`)!;
      expect(Number(row["cropland"])).toBeCloseTo(mean, 9);
    }
  });

  it.each([
    ["outer", ["cropland", "pasture", "fishing", "rain"], 1732],
    ["inner", ["cropland", "pasture", "rain"], 81],
  ] as const)("%s join", async (kind, names, rows) => {
    const theirs = await expected(`08-partial-overlap-join/join_${kind}.csv`);
    const ours = await lay(grid, datasets(...names), kind);
    expect(ours.size).toBe(rows);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const name of names) {
      expect(compare(ours, name, theirs, name, 1e-6).nullity).toBe(0);
      expect(compare(ours, name, within(theirs, extents[name]!, 0.5), name, 1e-6).beyond).toBe(0);
    }
  });
});
