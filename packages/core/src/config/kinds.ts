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
