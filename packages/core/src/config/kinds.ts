import { basename } from "node:path";
import type { DatasetKind } from "./types.js";

const endings: Readonly<Record<Exclude<DatasetKind, "query">, readonly string[]>> = {
  raster: [".tif", ".tiff"],
  occurrences: [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet", ".zip"],
  ranges: [".gpkg", ".shp", ".geojson", ".fgb"],
};

/** What a file holds by its ending, or undefined when the ending does not tell. */
export function datasetKind(path: string): DatasetKind | undefined {
  const lower = path.toLowerCase();
  const kinds = Object.entries(endings) as [DatasetKind, readonly string[]][];
  return kinds.find(([, list]) => list.some((ending) => lower.endsWith(ending)))?.[0];
}

/** Rasters that GDAL reads. */
const gdalRasters =
  /\.(asc|adf|bil|bip|bsq|bt|dem|e00|ecw|flt|gen|grb2?|grd|grib2?|gri|h5|hdf5?|he5|hgt|img|jp2|kea|mbtiles|nc4?|ncdf|netcdf|png|jpe?g|rst|sdat|sid|vrt|xyz)$/i;

/** Those of them that hold several under one name. */
const containers = /^\.(h5|hdf5?|he5|nc4?|ncdf|netcdf)$/i;

/** How a raster in a format that is not read becomes one that is; undefined where the ending is not a raster's. */
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
 * {@link datasetKind}, where a name without an ending is taken for a table: a folder of its parts, a pattern such as
 * `year=*`, or a part that a cluster has written, such as `000000`. A source that is named decides for itself.
 */
export function kindOfDataset({
  path,
  source,
}: {
  path: string;
  source?: string | undefined;
}): DatasetKind | undefined {
  const bare = path.replace(/[/\\]+$/, "");
  const kind = datasetKind(bare);
  if (kind !== undefined || source !== undefined) return kind;
  return basename(bare).includes(".") ? undefined : "occurrences";
}
