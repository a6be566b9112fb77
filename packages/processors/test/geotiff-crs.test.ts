import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import proj4 from "proj4";
import { describe, expect, it } from "vitest";
import { createTransform, crsLookup, parseCrs } from "@quadrat/crs";
import { describeGeoTiff, readCrs } from "@quadrat/geotiff";
import { projectionOf, transformed } from "./transforms.js";

interface Expected {
  /** GDAL's PROJ string. */
  readonly proj4: string;
  readonly code?: string;
  /** Longitude, latitude, x, y. */
  readonly points?: readonly (readonly [number, number, number, number])[];
}

const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Record<string, Expected>;
const crsOf = async (name: string) => (await describeGeoTiff(fixture(`files/${name}.tif`), crsLookup)).crs;

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/geotiff-crs/${name}`, import.meta.url));
}

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
  const own = projected.filter(([name]) => !/esri|goode|compound|mill|base_code/.test(name));

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

  it("has the datum of its geographic code", async () => {
    const { crs, warnings } = await describeGeoTiff(fixture("files/tmerc_base_code.tif"), crsLookup);
    const system = parseCrs(crs!);
    expect([system.definition.datum.code, warnings]).toEqual(["6312", []]);
    const { forward } = projectionOf(system);
    for (const [longitude, latitude, x, y] of expected["tmerc_base_code"]!.points!) {
      const [place] = transformed(forward, [[longitude, latitude]]);
      expect(Math.hypot(place![0] - x, place![1] - y)).toBeLessThan(1e-3);
    }
  });
});

describe("keys that don't make a CRS", () => {
  const read = (numbers: Readonly<Record<number, number>>) =>
    readCrs({ number: (key) => numbers[key], numbers: () => undefined, text: () => undefined }, crsLookup);

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
    ["no projection", { 1024: 1, 3072: 32767, 2048: 4326 }, /the projection is not stated/],
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
  ])("but %o is %s", (keys, crs) => {
    expect(read(keys).crs).toBe(crs);
  });

  it("nor do no keys at all, which is no fault", () => {
    expect(read({})).toEqual({ crs: undefined, warnings: [] });
  });
});

describe("a projection that the keys define on a known datum", () => {
  const tmerc = {
    1024: 1,
    3072: 32767,
    3075: 1,
    3076: 9001,
    3080: 9,
    3081: 0,
    3082: 1500000,
    3083: 100,
    3092: 0.9996,
  };
  const read = (numbers: Readonly<Record<number, number>>, citation?: string) =>
    readCrs(
      {
        number: (key) => numbers[key],
        numbers: () => undefined,
        text: (key) => (key === 2049 ? citation : undefined),
      },
      crsLookup,
    );
  const esri = "GCS Name = GCS_x|Datum = D_Monte_Mario|Ellipsoid = International_1924|Primem = Greenwich|";

  it.each<[string, Record<number, number>, string?]>([
    ["its geographic code", { 2048: 4265 }],
    ["its geographic code and an ellipsoid", { 2048: 4265, 2057: 6378388, 2059: 297.000000000005 }],
    ["its datum's code", { 2048: 32767, 2050: 6265 }],
    ["its datum's code and an ellipsoid", { 2048: 32767, 2050: 6265, 2056: 7022 }],
    ["Esri's citation", { 2048: 32767, 2050: 32767, 2056: 7022 }, esri],
  ])("is shifted by %s", (_, keys, citation) => {
    const { crs, warnings } = read({ ...tmerc, ...keys }, citation);
    expect(warnings).toEqual([]);
    const transform = createTransform(parseCrs("EPSG:4326"), parseCrs(crs!), [9, 44.2, 9.1, 44.3]);
    const [place] = transformed(transform, [[9.005, 44.24]]);
    // PROJ 9.1.1 without grid files, by a WKT of the same projection on EPSG:4265.
    expect(Math.hypot(place![0] - 1500426.405772, place![1] - 4898647.186354)).toBeLessThan(1e-3);
    expect(transform.warnings.join()).toMatch(
      /^Monte Mario is shifted to WGS 84 by seven parameters \(EPSG:1659\)/,
    );
  });

  it("keeps prime meridian and unit", () => {
    const lcc = {
      1024: 1,
      3072: 32767,
      2048: 4807,
      2054: 9105,
      3075: 9,
      3081: 52,
      3080: 0,
      3092: 0.99987742,
    };
    const { definition } = parseCrs(read({ ...lcc, 3076: 9002, 3082: 600000 }).crs!);
    expect(definition.datum.code).toBe("6275");
    expect([definition.primeMeridian, definition.unitFactor]).toEqual([2.337229166666667, 0.3048]);
    expect(definition.parameters).toEqual({
      lon_0: 0,
      lat_0: 46.8,
      lat_1: 46.8,
      lat_2: 46.8,
      k_0: 0.99987742,
      x_0: 182880,
      y_0: 0,
    });
  });

  it("may be a zone of UTM, or geographic", () => {
    const utm = parseCrs(read({ 1024: 1, 3072: 32767, 2048: 4222, 3074: 16135 }).crs!).definition;
    expect([utm.projection, utm.parameters["lon_0"], utm.datum.code]).toEqual(["tmerc", 27, "6222"]);
    const geographic = parseCrs(read({ 1024: 2, 2048: 32767, 2050: 6222, 2056: 7013 }).crs!);
    expect([geographic.isGeographic, geographic.definition.datum.code]).toEqual([true, "6222"]);
  });

  it("is warned of when nothing is known of the datum, or it has another ellipsoid", () => {
    const unknown = read({ ...tmerc, 2048: 4610 });
    expect(unknown.warnings.join()).toMatch(/the datum of EPSG:4610, of which only the ellipsoid is used/);
    const other = read({ ...tmerc, 2048: 32767, 2050: 6265, 2056: 7004 });
    expect(other.warnings.join()).toMatch(/Monte Mario, of which only the ellipsoid is used/);
  });

  it("is no more than its ellipsoid where that says as much", () => {
    expect(read({ ...tmerc, 2048: 4258 }).crs).toMatch(
      /^\+proj=tmerc .* \+a=6378137 \+rf=298.257222101 \+no_defs$/,
    );
    expect(read({ ...tmerc, 2048: 32767, 2050: 6022 }).crs).toMatch(/ \+a=6378388 \+rf=297 \+no_defs$/);
  });
});
