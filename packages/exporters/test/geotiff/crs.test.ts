import { Grid } from "@quadrat/core";
import { Float32 } from "apache-arrow";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { geotiff } from "../../src/index.js";
import { cellsTable } from "../support/cells.js";
import { has } from "../support/programs.js";
import { exportTo } from "../support/write.js";

const script = `
import json, sys, warnings, pyproj, rasterio
warnings.simplefilter("ignore")
found = []
for text, path in json.load(sys.stdin):
    with rasterio.open(path) as file:
        wkt = file.crs.to_wkt() if file.crs else ""
    if not wkt:
        found.append("nothing")
        continue
    wanted, read = pyproj.CRS(text), pyproj.CRS(wkt)
    far = 0.0
    geographic = [(crs.source_crs if crs.is_bound else crs).is_geographic for crs in (wanted, read)]
    to = [(lambda x, y, inverse: (x, y)) if is_geographic else pyproj.Proj(crs) for crs, is_geographic in zip((wanted, read), geographic)]
    for place in [(0.01, 0.02), (0.5, -0.3), (-1.0, 0.7)] if geographic[0] else [(1000, 2000), (250000, -90000), (-70000, 310000)]:
        a, b = (t(*place, inverse=True) for t in to)
        far = max(far, abs(a[0] - b[0]), abs(a[1] - b[1]))
    e, f = wanted.ellipsoid, read.ellipsoid
    same = abs(e.semi_major_metre - f.semi_major_metre) < 1e-6 and abs(e.inverse_flattening - f.inverse_flattening) < 1e-8
    # That of Paris is 2.5969213 grads in EPSG, and 2d20'14.025"E in PROJ's list of meridians: 6e-11 apart.
    radians = [crs.prime_meridian.longitude * crs.prime_meridian.unit_conversion_factor for crs in (wanted, read)]
    meridian = abs(radians[0] - radians[1]) < 1e-10
    found.append({"far": far, "ellipsoid": same, "meridian": meridian, "epsg": read.to_epsg(25), "shift": "TOWGS84" in wkt or "BOUNDCRS" in wkt})
print(json.dumps(found))
`;

const texts = [
  "EPSG:4326",
  "EPSG:3035",
  "EPSG:3857",
  "EPSG:3031",
  "OGC:CRS84",
  "EPSG:27572",
  "ESRI:54009",
  "ESRI:102008",
  "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +no_defs",
  "+proj=aea +lat_1=20 +lat_2=40 +lat_0=0 +lon_0=25 +datum=WGS84 +units=m",
  "+proj=moll +lon_0=0 +datum=WGS84",
  "+proj=eqearth +datum=WGS84",
  "+proj=sinu +lon_0=0 +R=6371007.181",
  "+proj=robin +datum=WGS84",
  "+proj=eck4 +datum=WGS84",
  "+proj=eck6 +lon_0=11 +datum=WGS84",
  "+proj=igh +datum=WGS84",
  "+proj=cea +lat_ts=30 +datum=WGS84",
  "+proj=eqc +lat_ts=40 +datum=WGS84",
  "+proj=aeqd +lat_0=40 +lon_0=3 +datum=WGS84",
  "+proj=lcc +lat_1=33 +lat_2=45 +lat_0=39 +lon_0=-96 +x_0=100 +datum=NAD83 +units=us-ft",
  "+proj=lcc +lat_1=40 +lat_0=40 +lon_0=3 +k_0=0.999 +datum=WGS84",
  "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84",
  "+proj=stere +lat_0=40 +lon_0=3 +k_0=0.999 +datum=WGS84",
  "+proj=sterea +lat_0=52 +lon_0=5 +k_0=0.9999 +ellps=bessel",
  "+proj=tmerc +lat_0=0 +lon_0=9 +k_0=0.9996 +x_0=500000 +datum=WGS84",
  "+proj=merc +lon_0=0 +datum=WGS84",
  "+proj=merc +k_0=0.9 +lon_0=3 +datum=WGS84",
  "+proj=poly +lat_0=0 +lon_0=-54 +ellps=GRS80",
  "+proj=mill +lon_0=4 +datum=WGS84",
  "+proj=eqdc +lat_1=20 +lat_2=60 +lat_0=40 +lon_0=-96 +datum=NAD83",
  "+proj=cass +lat_0=10 +lon_0=3 +datum=WGS84",
  "+proj=omerc +lat_0=4 +lonc=115 +alpha=53 +k_0=0.99984 +datum=WGS84",
  "+proj=longlat +ellps=bessel",
  "+proj=longlat +ellps=clrk80ign +pm=paris",
  "+proj=longlat +R=6371229",
  "+proj=longlat +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
  "+proj=tmerc +lon_0=9 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
];

const write = async (crs: string): Promise<string> => {
  const grid = new Grid({ crs, resolution: [0.5, 0.5], bounds: [0, 0, 1, 1] });
  const table = cellsTable(grid, [{ name: "v", type: new Float32(), values: [1, 2, 3, 4] }]);
  const exporter = await geotiff.create(geotiff.options!.parse({}));
  return (await exportTo(exporter, table, ".tif")).path;
};

describe.skipIf(!has.rasterio || !has.pyproj)("the coordinate system of a GeoTIFF", () => {
  it("is the grid's, as GDAL reads it", async () => {
    const pairs: [string, string][] = [];
    for (const text of texts) pairs.push([text, await write(text)]);
    const output = execFileSync("/usr/bin/python3", ["-c", script], {
      input: JSON.stringify(pairs),
      encoding: "utf8",
    });
    const found = JSON.parse(output) as (string | { far: number; epsg: number | null; shift: boolean })[];
    for (const [index, text] of texts.entries()) {
      const one = found[index]!;
      expect([text, one]).toEqual([text, expect.objectContaining({ ellipsoid: true, meridian: true })]);
      if (typeof one === "string") continue;
      expect([text, one.far < 1e-9]).toEqual([text, true]);
      expect([text, one.shift]).toEqual([text, text.includes("+towgs84")]);
      if (text.startsWith("EPSG:")) expect(`EPSG:${one.epsg}`).toBe(text);
    }
  });
});

describe("the coordinate system of a GeoTIFF", () => {
  it("is refused where neither keys nor WKT 1 can say it", async () => {
    for (const text of [
      "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18",
      "+proj=omerc +lat_0=4 +lonc=115 +alpha=53 +gamma=52 +datum=WGS84",
    ])
      await expect(write(text)).rejects.toThrow(/a GeoTIFF can't say what the grid's coordinate system is/);
  });
});
