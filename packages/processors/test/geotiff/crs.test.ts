import { readFileSync } from "node:fs";
import proj4 from "proj4";
import { describe, expect, it } from "vitest";
import { readCrs } from "../../src/geotiff/crs.js";
import { describeGeoTiff } from "../../src/geotiff/index.js";
import { fixture } from "./helpers.js";

interface Expected {
  /** GDAL's PROJ string. */
  readonly proj4: string;
  readonly code?: string;
  /** Longitude, latitude, x, y. */
  readonly points?: readonly (readonly [number, number, number, number])[];
}

const expected = JSON.parse(readFileSync(fixture("crs.json"), "utf8")) as Record<string, Expected>;
const crsOf = async (name: string) => (await describeGeoTiff(fixture(`crs/${name}.tif`))).crs;

/** The parameters of a PROJ string that say what its longitudes and latitudes mean. */
function geographic(crs: string): string {
  return `+proj=longlat ${crs.match(/\+(a|b|rf|R|datum|ellps|towgs84|pm)=\S+/g)!.join(" ")}`;
}

describe("the CRS of a file", () => {
  const entries = Object.entries(expected);
  const coded = entries.filter(([name, { code }]) => code?.startsWith("EPSG") && !name.endsWith("_aux"));

  it.each(coded)("%s is its code", async (name, { code }) => {
    expect(await crsOf(name)).toBe(code);
  });

  const projected = entries.filter(([, { code, points }]) => !code && points);
  // proj4js leaves the radius as it is when it reads +R_A, which Miller's projection of an ellipsoid has.
  const own = projected.filter(([name]) => !/esri|goode|compound|mill/.test(name));

  it.each(own)("%s projects as GDAL does", async (name, { points }) => {
    const crs = (await crsOf(name))!;
    expect(crs).toMatch(/^\+proj=/);
    for (const [longitude, latitude, x, y] of points!) {
      const [east, north] = proj4(geographic(crs), crs).forward<[number, number]>([longitude, latitude]);
      // proj4js's Robinson and Cassini are good to centimetres.
      expect(Math.hypot(east - x, north - y)).toBeLessThan(0.05);
    }
  });

  it.each([
    ["longlat_sphere", "+proj=longlat +a=6371229 +b=6371229 +no_defs"],
    ["longlat_paris", "+proj=longlat +a=6378249.2 +rf=293.466021293627 +pm=2.33722917 +no_defs"],
    [
      "longlat_shift",
      "+proj=longlat +a=6377397.155 +rf=299.1528128 +towgs84=674.374,15.056,405.346 +no_defs",
    ],
    ["compound", "EPSG:2154"],
    ["mill", "+proj=mill +R_A +lon_0=20 +x_0=0 +y_0=0 +units=m +datum=WGS84 +no_defs"],
  ])("%s is %s", async (name, crs) => {
    expect(await crsOf(name)).toBe(crs);
  });

  it("is the WKT that Esri's software leaves where the keys can't say it", async () => {
    expect(await crsOf("mollweide_esri")).toBe(
      'PROJCS["World_Mollweide",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mollweide"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],UNIT["Meter",1.0]]',
    );
  });

  it("is the WKT in .aux.xml where the file can't hold it", async () => {
    const crs = (await crsOf("equal_earth_aux"))!;
    expect(crs).toMatch(/^PROJCRS\["WGS 84 \/ Equal Earth Greenwich"/);
    expect(crs).toMatch(/ID\["EPSG",8857\]\]$/);
  });

  it("is warned of when only the ellipsoid of its datum is known", async () => {
    const { warnings } = await describeGeoTiff(fixture("crs/tmerc_base_code.tif"));
    expect(warnings).toEqual([expect.stringContaining("EPSG:4312")]);
  });
});

describe("keys that don't make a CRS", () => {
  const read = (numbers: Readonly<Record<number, number>>) =>
    readCrs({ number: (key) => numbers[key], numbers: () => undefined, text: () => undefined });

  it.each<[string, Record<number, number>, RegExp]>([
    ["geocentric", { 1024: 3, 2048: 4978 }, /geocentric/],
    [
      "a code in metres with coordinates in feet",
      { 1024: 1, 3072: 26910, 3076: 9003 },
      /EPSG:26910, whose unit is 1 m/,
    ],
    ["an unknown method", { 1024: 1, 3072: 32767, 2048: 4326, 3075: 2 }, /method or conversion 2/],
    [
      "a state plane conversion",
      { 1024: 1, 3072: 32767, 2048: 4267, 3074: 10401 },
      /method or conversion 10401/,
    ],
    ["an unknown unit", { 1024: 1, 3072: 32767, 2048: 4326, 3075: 1, 3076: 9999 }, /linear unit/],
    ["no projection", { 1024: 1, 3072: 32767, 2048: 4326 }, /how is not said/],
    ["no ellipsoid", { 1024: 2, 2048: 32767 }, /lacks an ellipsoid/],
    ["longitudes in grads", { 1024: 2, 2048: 32767, 2056: 7030, 2054: 9105 }, /not in degrees/],
  ])("%s", (_, keys, warning) => {
    expect(read(keys)).toEqual({ crs: undefined, warnings: [expect.stringMatching(warning)] });
  });

  it.each<[Record<number, number>, string]>([
    [{ 1024: 1, 3072: 2263, 3076: 9003 }, "EPSG:2263"],
    [{ 3072: 3035 }, "EPSG:3035"],
    [{ 2048: 4326 }, "EPSG:4326"],
    [{ 1024: 1, 3072: 54009 }, "ESRI:54009"],
    [{ 1024: 2, 2048: 32767, 2056: 7022 }, "+proj=longlat +a=6378388 +rf=297 +no_defs"],
    [
      {
        1024: 1,
        3072: 32767,
        2048: 4807,
        2054: 9105,
        3075: 9,
        3081: 52,
        3080: 0,
        3092: 0.99987742,
        3082: 600000,
      },
      "+proj=lcc +lat_1=46.8 +lat_0=46.8 +lon_0=0 +k_0=0.99987742 +x_0=600000 +y_0=0 +units=m +a=6378249.2 +rf=293.4660212936265 +pm=2.337229166666667 +no_defs",
    ],
  ])("but %o is %s", (keys, crs) => {
    expect(read(keys).crs).toBe(crs);
  });

  it("nor do no keys at all, which is no fault", () => {
    expect(read({})).toEqual({ crs: undefined, warnings: [] });
  });
});
