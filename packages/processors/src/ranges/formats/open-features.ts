import { open } from "node:fs/promises";
import { fileError, inputError } from "../../tables/faults.js";
import type { FeatureReader, FormatRequest } from "../feature.js";
import { openFlatGeobuf } from "./flatgeobuf/flatgeobuf.js";
import { openGeoJson } from "./geojson/geojson.js";
import { openGeoPackage } from "./geopackage.js";
import { openGeoParquet } from "./geoparquet.js";
import { openShapefile } from "./shapefile/shapefile.js";

/** The endings of files with polygons. */
export const vectorEndings = [
  ".gpkg",
  ".shp",
  ".geojson",
  ".geojsonl",
  ".geojsons",
  ".ndgeojson",
  ".json",
  ".fgb",
  ".parquet",
  ".geoparquet",
] as const;

type Open = (request: FormatRequest) => Promise<FeatureReader>;

/** Opens a file by what it begins with, whatever its ending is. */
export async function openFeatures(request: FormatRequest): Promise<FeatureReader> {
  const start = await startOf(request.path);
  const opener = openerOf(start, request.path.toLowerCase());
  if (!opener)
    throw inputError(request.path, "its content is none of the formats that polygons are read from", {
      hint: "these are GeoJSON, GeoPackage, shapefile (.shp), FlatGeobuf and GeoParquet",
    });
  if (request.layer !== undefined && opener !== openGeoPackage) {
    throw inputError(request.path, "`layer` chooses a layer of a GeoPackage; this file has a single layer", {
      hint: "remove `layer:`",
    });
  }
  return opener(request);
}

function openerOf(start: Buffer, path: string): Open | undefined {
  if (start.toString("latin1", 0, 15) === "SQLite format 3") return openGeoPackage;
  if (start.toString("latin1", 0, 3) === "fgb") return openFlatGeobuf;
  if (start.toString("latin1", 0, 4) === "PAR1") return openGeoParquet;
  if (start.length >= 4 && start.readInt32BE(0) === 9994) return openShapefile;
  if (/^(\u00ef\u00bb\u00bf)?[\s\u001e]*\{/.test(start.toString("latin1"))) return openGeoJson;
  // So that a damaged file is refused as what its ending says.
  if (path.endsWith(".gpkg")) return openGeoPackage;
  if (path.endsWith(".fgb")) return openFlatGeobuf;
  if (path.endsWith("parquet")) return openGeoParquet;
  if (path.endsWith(".shp")) return openShapefile;
  return path.includes("json") ? openGeoJson : undefined;
}

async function startOf(path: string): Promise<Buffer> {
  try {
    const handle = await open(path);
    try {
      const start = Buffer.alloc(256);
      const { bytesRead } = await handle.read(start, 0, start.length, 0);
      return start.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError(path, cause) ?? cause;
  }
}
