import { threadModule } from "@quadrat/core/base";

export { licenseOfGeoTiff } from "./metadata/license.js";
export type { CrsLookup, DatumEntry, Ellipsoid, GeographicEntry } from "./georeference/crs-lookup.js";
export { readCrs, type CrsReading } from "./georeference/crs.js";
export type { GeoKeys } from "./georeference/geokeys.js";
export { describeGeoTiff, readGeoTiffHeader } from "./describe.js";
export type { GeoTiffDescription, GeoTiffHeader } from "./describe.js";
export { filesOfGeoTiff, openGeoTiff } from "./source.js";
export type { GeoTiffOptions, GeoTiffSource, OverviewLevel } from "./source.js";

/** The module that worker threads import to open a file themselves, from the options they are sent. */
export const geotiffModule: string = threadModule(import.meta.url, "./index.js");
