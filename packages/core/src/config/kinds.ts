import { basename } from "node:path";
import { pathInAddress } from "../remote/address.js";
import type { DatasetKind } from "./types.js";

const endings: Readonly<Record<Exclude<DatasetKind, "query">, readonly string[]>> = {
  raster: [".tif", ".tiff", ".nc", ".nc3", ".nc4", ".cdf", ".netcdf", ".h5", ".hdf5", ".he5", ".zarr"],
  occurrences: [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet", ".zip"],
  ranges: [".gpkg", ".shp", ".geojson", ".geojsonl", ".geojsons", ".ndgeojson", ".fgb", ".geoparquet"],
};

/** The kind of a file by its ending, or undefined if the ending does not identify one. */
export function datasetKind(path: string): DatasetKind | undefined {
  const lower = pathInAddress(path).toLowerCase();
  const kinds = Object.entries(endings) as [DatasetKind, readonly string[]][];
  return kinds.find(([, list]) => list.some((ending) => lower.endsWith(ending)))?.[0];
}

/** Endings of raster formats that GDAL reads. */
const gdalRasters =
  /\.(asc|adf|bil|bip|bsq|bt|dem|e00|ecw|flt|gen|grb2?|grd|grib2?|gri|hdf|hgt|img|jp2|kea|mbtiles|ncdf|png|jpe?g|rst|sdat|sid|vrt|xyz)$/i;

/** Those that hold several rasters in one file. */
const containers = /^\.(hdf|ncdf)$/i;

/** How to convert a raster from an unsupported format; undefined if the ending is not a raster's. */
export function convertHint(path: string): string | undefined {
  const ending = gdalRasters.exec(path)?.[0];
  if (ending === undefined) return undefined;
  const name = path.slice(path.search(/[^/\\]*$/));
  const target = `${name.slice(0, -ending.length)}.tif`;
  return containers.test(ending)
    ? `convert it with gdal_translate -of COG SUBDATASET ${target}; gdalinfo ${name} lists the subdatasets`
    : `convert it with gdal_translate -of COG ${name} ${target}`;
}

/**
 * {@link datasetKind}, except that a name without an ending counts as a table: a folder of its parts, a pattern such
 * as `year=*`, or a part written by a cluster, such as `000000`. A source given by name decides for itself.
 */
export function kindOfDataset({
  path,
  source,
}: {
  path: string;
  source?: string | undefined;
}): DatasetKind | undefined {
  const bare = pathInAddress(path).replace(/[/\\]+$/, "");
  const kind = datasetKind(bare);
  if (kind !== undefined || source !== undefined) return kind;
  return basename(bare).includes(".") ? undefined : "occurrences";
}
