import { noLookup, type CrsLookup } from "./crs-lookup.js";
import { geographicWkt, projectedWkt } from "./datum-wkt.js";
import { findGeodesy } from "./geographic-crs.js";
import { Key, userDefined } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";
import { describeProjection, linearUnit } from "./projection.js";

export interface CrsReading {
  /** An EPSG or ESRI code, a PROJ string, or the WKT that ArcGIS left in the file; undefined if it is not known. */
  readonly crs: string | undefined;
  readonly warnings: readonly string[];
}

const projected = 1;
const geographic = 2;
const geocentric = 3;

/** Finds the CRS described by a file's GeoTIFF keys. Vertical systems are left out. */
export function readCrs(keys: GeoKeys, lookup: CrsLookup = noLookup): CrsReading {
  const model = keys.number(Key.ModelType);
  const projectedCode = keys.number(Key.ProjectedCrs);
  const geodeticCode = keys.number(Key.GeodeticCrs);
  if (model === geocentric) return unknown("its coordinates are geocentric (three-dimensional)");
  if (model !== geographic && isCode(projectedCode)) return byProjectedCode(keys, projectedCode, lookup);

  const wkt = esriWkt(keys);
  if (wkt) return { crs: wkt, warnings: [] };
  const looksProjected = projectedCode !== undefined || keys.number(Key.ProjectionMethod) !== undefined;
  if (model === projected || (model !== geographic && looksProjected)) return userProjected(keys, lookup);

  if (isCode(geodeticCode)) return { crs: codeName(geodeticCode), warnings: [] };
  if (geodeticCode === undefined) return { crs: undefined, warnings: [] };
  const geodesy = findGeodesy(keys, lookup);
  if (!geodesy) return unknown("its user-defined geographic system lacks an ellipsoid");
  if (geodesy.degrees !== 1) return unknown("its geographic coordinates are not in degrees");
  const { datum, known, warnings } = geodesy;
  return { crs: known ? geographicWkt(known) : `+proj=longlat ${datum} +no_defs`, warnings };
}

function userProjected(keys: GeoKeys, lookup: CrsLookup): CrsReading {
  const geodesy = findGeodesy(keys, lookup);
  const projection = geodesy && describeProjection(keys, geodesy.degrees);
  if (projection) {
    const { datum, known, warnings } = geodesy;
    const crs = known
      ? projectedWkt(projection, linearUnit(keys)!.metres, known)
      : `${projection} ${datum} +no_defs`;
    return { crs, warnings };
  }
  const method = keys.number(Key.ProjectionMethod) ?? keys.number(Key.Projection);
  if (!geodesy) return unknown("its user-defined projected system lacks an ellipsoid");
  return unknown(
    method === undefined
      ? "it is projected, but the projection is not stated"
      : `its projection (GeoTIFF method or conversion ${method}) or linear unit is not known`,
  );
}

function byProjectedCode(keys: GeoKeys, code: number, lookup: CrsLookup): CrsReading {
  const crs = codeName(code);
  const unit = linearUnit(keys);
  // Metres need no check: whatever writes a code writes them along with it.
  if ((keys.number(Key.LinearUnits) ?? 9001) === 9001) return { crs, warnings: [] };
  const defined = lookup.linearUnit(code);
  if (defined === undefined || (unit && Math.abs(unit.metres / defined - 1) < 1e-7))
    return { crs, warnings: [] };
  return unknown(
    `it states ${crs}, whose unit is ${defined} m, but also that its unit is ${unit?.metres ?? "another"} m`,
  );
}

function isCode(code: number | undefined): code is number {
  return code !== undefined && code !== 0 && code !== userDefined;
}

/** Codes above the range of GeoTIFF's own table are those of Esri. */
function codeName(code: number): string {
  return code > userDefined ? `ESRI:${code}` : `EPSG:${code}`;
}

/** The WKT that ArcGIS and GDAL write into a citation if the keys can't express a system, without its vertical part. */
function esriWkt(keys: GeoKeys): string | undefined {
  for (const key of [Key.ProjectedCitation, Key.GeodeticCitation, Key.Citation]) {
    const match = /ESRI PE String = (.*)/s.exec(keys.text(key) ?? "");
    const start = match && /^(PROJCS|GEOGCS)\[/.test(match[1]!) ? match[1]! : undefined;
    const wkt = start && balanced(start);
    if (wkt) return withoutVertical(wkt);
  }
  return undefined;
}

/** The text up to the bracket that closes the first one, or undefined if none does. */
function balanced(text: string): string | undefined {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === "[") depth++;
    else if (!quoted && character === "]" && --depth === 0) return text.slice(0, i + 1);
  }
  return undefined;
}

function withoutVertical(wkt: string): string {
  const at = wkt.indexOf(",VERTCS[");
  if (at < 0) return wkt;
  const vertical = balanced(wkt.slice(at + 1));
  return vertical ? wkt.slice(0, at) + wkt.slice(at + 1 + vertical.length) : wkt;
}

function unknown(reason: string): CrsReading {
  return { crs: undefined, warnings: [`the file's CRS is not known: ${reason}; give \`crs:\``] };
}
