import type { CrsLookup, Ellipsoid } from "./crs-lookup.js";
import type { KnownDatum } from "./datum-wkt.js";
import { Key, userDefined } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";
import { alike, namedDatum, shapeOf, unknownDatum, type NamedDatum } from "./named-datum.js";

/** The geographic part of a CRS as PROJ parameters. */
export interface Geodesy {
  readonly datum: string;
  /** Set if a PROJ string can't express the datum: there is a shift from it to WGS 84. */
  readonly known?: KnownDatum;
  /** Degrees in one angular unit of the keys. */
  readonly degrees: number;
  readonly warnings: readonly string[];
}

/** Semi-major axis in metres and inverse flattening (0: a sphere) of EPSG's ellipsoids. */
const ellipsoids: Readonly<Record<number, readonly [number, number]>> = {
  7001: [6377563.396, 299.3249646],
  7002: [6377340.189, 299.3249646],
  7003: [6378160, 298.25],
  7004: [6377397.155, 299.1528128],
  7008: [6378206.4, 294.978698213898],
  7011: [6378249.2, 293.466021293627],
  7012: [6378249.145, 293.465],
  7015: [6377276.345, 300.8017],
  7016: [6377298.556, 300.8017],
  7018: [6377304.063, 300.8017],
  7019: [6378137, 298.257222101],
  7022: [6378388, 297],
  7024: [6378245, 298.3],
  7027: [6376523, 308.64],
  7028: [6378298.3, 294.73],
  7029: [6378300, 296],
  7030: [6378137, 298.257223563],
  7036: [6378160, 298.247167427],
  7041: [6378135, 298.257],
  7043: [6378135, 298.26],
  7044: [6377301.243, 300.8017255],
  7045: [6377299.151, 300.8017255],
  7048: [6371007, 0],
  7049: [6378140, 298.257],
  7050: [6378160, 298.25],
  7052: [6370997, 0],
  7053: [6378270, 297],
};

/** Degrees east of Greenwich of EPSG's prime meridians. */
const primeMeridians: Readonly<Record<number, number>> = {
  8901: 0,
  8902: -9.131906111111,
  8903: 2.337229166667,
  8904: -74.080916666667,
  8905: -3.687938888889,
  8906: 12.452333333333,
  8907: 7.439583333333,
  8908: 106.807719444444,
  8909: -17.666666666667,
  8910: 4.367975,
  8911: 18.058277777778,
  8912: 23.7163375,
  8913: 10.722916666667,
};

/** Degrees in one unit, by EPSG code. */
const angularUnits: Readonly<Record<number, number>> = {
  9101: 180 / Math.PI,
  9102: 1,
  9103: 1 / 60,
  9104: 1 / 3600,
  9105: 0.9,
  9106: 0.9,
  9122: 1,
};

const namedDatums: Readonly<Record<number, string>> = { 4326: "WGS84", 4269: "NAD83", 4267: "NAD27" };

/** The geographic system of a CRS that the keys define themselves; undefined if they don't say enough. */
export function findGeodesy(keys: GeoKeys, lookup: CrsLookup): Geodesy | undefined {
  const degrees = angularUnit(keys);
  if (degrees === undefined) return undefined;
  const code = keys.number(Key.GeodeticCrs);
  const named = namedDatums[code ?? 0];
  if (named) return { datum: `+datum=${named}`, degrees, warnings: [] };
  const listed =
    code === undefined || code === userDefined || code === 0 ? undefined : lookup.geographic(code);
  if (listed) {
    const { datum, ellipsoid, primeMeridian } = listed;
    const found = datum ?? unknownDatum(`the datum of EPSG:${code}`, ellipsoid);
    return { degrees, ...describeDatum(keys, shapeFrom(ellipsoid), primeMeridian, found) };
  }
  const written = namedDatum(keys, lookup);
  const shape = writtenShape(keys) ?? (written?.ellipsoid && shapeFrom(written.ellipsoid));
  const meridian = primeMeridian(keys, degrees);
  if (!shape || meridian === undefined) return undefined;
  return { degrees, ...describeDatum(keys, shape, meridian, written) };
}

function describeDatum(
  keys: GeoKeys,
  { ellipsoid, text }: Shape,
  primeMeridian: number,
  named: NamedDatum | undefined,
): Omit<Geodesy, "degrees"> {
  const shift = keys.numbers(Key.ToWgs84);
  const given = shift && [3, 7].includes(shift.length) ? ` +towgs84=${shift.join(",")}` : "";
  const pm = primeMeridian === 0 ? "" : ` +pm=${primeMeridian}`;
  const datum = text + pm + given;
  if (given || !named) return { datum, warnings: [] };
  const { name, code } = named;
  if (code === undefined || (named.ellipsoid && !alike(named.ellipsoid, ellipsoid)))
    return { datum, warnings: [datumWarning(name)] };
  if (named.isLikeWgs84) return { datum, warnings: [] };
  return { datum, known: { name, code, ellipsoid, primeMeridian }, warnings: [] };
}

interface Shape {
  readonly ellipsoid: Ellipsoid;
  /** PROJ parameters. */
  readonly text: string;
}

function shapeFrom({ a, rf }: Ellipsoid): Shape {
  return { ellipsoid: { a, rf }, text: rf === 0 ? `+a=${a} +b=${a}` : `+a=${a} +rf=${rf}` };
}

function writtenShape(keys: GeoKeys): Shape | undefined {
  const a = keys.number(Key.SemiMajorAxis);
  const inverseFlattening = keys.number(Key.InverseFlattening);
  const b = keys.number(Key.SemiMinorAxis);
  if (a !== undefined && a > 0) {
    if (inverseFlattening !== undefined) return shapeFrom({ a, rf: inverseFlattening });
    if (b !== undefined && b > 0)
      return { ellipsoid: { a, rf: a === b ? 0 : a / (a - b) }, text: `+a=${a} +b=${b}` };
  }
  const listed = ellipsoids[keys.number(Key.Ellipsoid) ?? shapeOf(keys.number(Key.GeodeticDatum)) ?? 0];
  if (listed) return shapeFrom({ a: listed[0], rf: listed[1] });
  // A sphere may be given by its radius only.
  return a !== undefined && a > 0 ? shapeFrom({ a, rf: 0 }) : undefined;
}

function primeMeridian(keys: GeoKeys, degrees: number): number | undefined {
  const longitude = keys.number(Key.PrimeMeridianLongitude);
  if (longitude !== undefined) return Number((longitude * degrees).toPrecision(15));
  const code = keys.number(Key.PrimeMeridian) ?? 8901;
  return primeMeridians[code];
}

function angularUnit(keys: GeoKeys): number | undefined {
  const code = keys.number(Key.AngularUnits) ?? 9102;
  if (code !== userDefined) return angularUnits[code];
  const radians = keys.number(Key.AngularUnitSize);
  return radians === undefined ? undefined : (radians * 180) / Math.PI;
}

function datumWarning(datum: string): string {
  return `the CRS is user-defined on ${datum}, of which only the ellipsoid is used: positions may be off by the shift to WGS 84 (up to a few hundred metres); give \`crs:\` to be exact`;
}
