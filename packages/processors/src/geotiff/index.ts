export { describeGeoTiff, readGeoTiffHeader } from "./describe.js";
export type { GeoTiffDescription, GeoTiffHeader } from "./describe.js";
export { filesOfGeoTiff, openGeoTiff } from "./source.js";
export type { GeoTiffOptions, GeoTiffSource, OverviewLevel } from "./source.js";
