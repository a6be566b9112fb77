import { noLookup, type CrsLookup, type Ellipsoid } from "./crs-lookup.js";
import { Key, userDefined } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";

/** A datum named by the keys. */
export interface NamedDatum {
  readonly name: string;
  /** Its EPSG code, if shifts from it are known. */
  readonly code: string | undefined;
  readonly ellipsoid: Ellipsoid | undefined;
  readonly isLikeWgs84: boolean;
}

/** Codes up to this only mean an ellipsoid, whose own code is 1000 higher. */
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

/** A datum of which only the name is known. */
export function unknownDatum(name: string, ellipsoid?: Ellipsoid): NamedDatum {
  return { name, code: undefined, ellipsoid, isLikeWgs84: false };
}

/** The code of the ellipsoid, for a datum code that means nothing more. */
export function shapeOf(datum: number | undefined): number | undefined {
  return datum !== undefined && datum > 6000 && datum <= lastShapeOnly ? datum + 1000 : undefined;
}

/** True if two ellipsoids can be the same, written with more or fewer digits. */
export function alike(one: Ellipsoid, other: Ellipsoid): boolean {
  const minorAxis = ({ a, rf }: Ellipsoid): number => (rf === 0 ? a : a * (1 - 1 / rf));
  return Math.abs(one.a - other.a) < 1 && Math.abs(minorAxis(one) - minorAxis(other)) < 1;
}
