export { hasLongitudes } from "./crs.js";
export type { AreaOfUse, Crs, CrsDefinition, Datum, Ellipsoid, ProjectionParameters } from "./crs.js";
export { placeOf } from "./datum/place.js";
export { parseCrs } from "./parse/parse-crs.js";
export { sameCrs } from "./same.js";
export { createTransform, type CoordinateTransform } from "./transform.js";
