import { noLookup, type CrsLookup, type Ellipsoid } from "./crs-lookup.js";
import { Key, userDefined } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";

/** A datum that the keys name. */
export interface NamedDatum {
  readonly name: string;
  /** Its EPSG code, where shifts from it are known. */
  readonly code: string | undefined;
  readonly ellipsoid: Ellipsoid | undefined;
  readonly isLikeWgs84: boolean;
}

/** Codes up to this stand for nothing but an ellipsoid, whose own code is 1000 higher. */
const lastShapeOnly = 6053;

/** The datum by its code or, as Esri's software writes it, by its name in the citation. */
export function namedDatum(keys: GeoKeys, lookup: CrsLookup = noLookup): NamedDatum | undefined {
  const number = keys.number(Key.GeodeticDatum);
  const isCode = number !== undefined && number !== userDefined && number !== 0;
  if (isCode && shapeOf(number) !== undefined) return undefined;
  if (isCode) return lookup.datumByCode(String(number)) ?? unknownDatum(`the datum EPSG:${number}`);
  const cited = /\bDatum = ([^|]+)/.exec(keys.text(Key.GeodeticCitation) ?? "")?.[1];
  return cited === undefined ? undefined : lookup.datumByName(cited);
}

/** A datum of which nothing is known but what it is called. */
export function unknownDatum(name: string, ellipsoid?: Ellipsoid): NamedDatum {
  return { name, code: undefined, ellipsoid, isLikeWgs84: false };
}

/** The code of the ellipsoid that a datum code says nothing more than. */
export function shapeOf(datum: number | undefined): number | undefined {
  return datum !== undefined && datum > 6000 && datum <= lastShapeOnly ? datum + 1000 : undefined;
}

/** True when two ellipsoids can be one, written with more or fewer digits. */
export function alike(one: Ellipsoid, other: Ellipsoid): boolean {
  const minorAxis = ({ a, rf }: Ellipsoid): number => (rf === 0 ? a : a * (1 - 1 / rf));
  return Math.abs(one.a - other.a) < 1 && Math.abs(minorAxis(one) - minorAxis(other)) < 1;
}
