import { threadModule } from "@quadrat/core/base";

export type { CrsLookup, DatumEntry, Ellipsoid, GeographicEntry } from "./georeference/crs-lookup.js";
export { readCrs, type CrsReading } from "./georeference/crs.js";
export type { GeoKeys } from "./georeference/geokeys.js";
export { describeGeoTiff, readGeoTiffHeader } from "./describe.js";
export type { GeoTiffDescription, GeoTiffHeader } from "./describe.js";
export { filesOfGeoTiff, openGeoTiff } from "./source.js";
export type { GeoTiffOptions, GeoTiffSource, OverviewLevel } from "./source.js";

/** For worker threads, which open a file for themselves by what they are sent: the module that they import. */
export const geotiffModule: string = threadModule(import.meta.url, "./index.js");
