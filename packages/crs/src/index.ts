export { hasLongitudes } from "./crs.js";
export type { AreaOfUse, Crs, CrsDefinition, Datum, Ellipsoid, ProjectionParameters } from "./crs.js";
export {
  curvatureRadii,
  directionsOf,
  geodesicEnds,
  halfMeridian,
  type Directions,
  type GeodesicEnds,
} from "./geodesic/direct.js";
export { placeOf } from "./datum/place.js";
export { globeOf, type Globe } from "./globe.js";
export { crsLookup, type DatumEntry, type GeographicEntry } from "./lookup.js";
export { allCodes } from "./parse/codes.js";
export { parseCrs } from "./parse/parse-crs.js";
export { projectionNames } from "./projections/registry.js";
export { sameCrs } from "./same.js";
export { createTransform, type CoordinateTransform } from "./transform.js";
export { geoTiffKeys, type GeoTiffKeys } from "./write/geotiff-keys.js";
export { projJsonOf } from "./write/projjson.js";
