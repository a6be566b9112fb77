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
