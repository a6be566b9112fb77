import type { Ellipsoid } from "../crs/index.js";
import { datumCode, datumName } from "../crs/datum/operations.js";
import { eccentricitySquared } from "../crs/ellipsoids.js";
import { listedDatums } from "../crs/parse/codes.js";
import { Key, userDefined } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";

/** A datum that the keys name. */
export interface NamedDatum {
  readonly name: string;
  /** Its EPSG code, where shifts from it are known. */
  readonly code: string | undefined;
  readonly ellipsoid: Ellipsoid | undefined;
}

/** Codes up to this stand for nothing but an ellipsoid, whose own code is 1000 higher. */
const lastShapeOnly = 6053;

/** The datum by its code or, as Esri's software writes it, by its name in the citation. */
export function namedDatum(keys: GeoKeys): NamedDatum | undefined {
  const number = keys.number(Key.GeodeticDatum);
  const isCode = number !== undefined && number !== userDefined && number !== 0;
  if (isCode && shapeOf(number) !== undefined) return undefined;
  const cited = /\bDatum = ([^|]+)/.exec(keys.text(Key.GeodeticCitation) ?? "")?.[1];
  const code = isCode ? String(number) : cited && datumCode(cited);
  if (!code) return undefined;
  const name = datumName(code);
  if (name === undefined) return { name: `the datum EPSG:${code}`, code: undefined, ellipsoid: undefined };
  const listed = listedDatums().find((entry) => datumCode(entry.name) === code);
  return { name, code, ellipsoid: listed && { a: listed.a, rf: listed.rf } };
}

/** The code of the ellipsoid that a datum code says nothing more than. */
export function shapeOf(datum: number | undefined): number | undefined {
  return datum !== undefined && datum > 6000 && datum <= lastShapeOnly ? datum + 1000 : undefined;
}

/** True when two ellipsoids can be one, written with more or fewer digits. */
export function alike(one: Ellipsoid, other: Ellipsoid): boolean {
  const minorAxis = (ellipsoid: Ellipsoid): number =>
    ellipsoid.a * Math.sqrt(1 - eccentricitySquared(ellipsoid));
  return Math.abs(one.a - other.a) < 1 && Math.abs(minorAxis(one) - minorAxis(other)) < 1;
}
