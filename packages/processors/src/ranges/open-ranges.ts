import type { CellSource, SourceRequest } from "@quadrat/core";
import { filesBeside } from "./formats/shapefile/shapefile.js";
import { openFeatures } from "./formats/open-features.js";
import { planRanges } from "./plan.js";
import type { RangeJob } from "./range-job.js";
import { stageRanges } from "./stage-ranges.js";

/** Opens a file of polygons as a source of cells. */
export async function openRanges(request: SourceRequest): Promise<CellSource> {
  const { job, warnings } = await openPolygons(request);
  const { reader, crs, plan } = job;
  return {
    dataType: plan.dataType,
    warnings,
    files: reader.files,
    crs,
    ...(plan.expand && { several: { each: "species" } as const }),
    stage: (target) => stageRanges(job, target),
    close: () => reader.close(),
  };
}

/** Opens a file of polygons, and plans what becomes of them. */
export async function openPolygons({ name, path, dataset }: SourceRequest): Promise<{
  readonly job: RangeJob;
  readonly warnings: readonly string[];
}> {
  const reader = await openFeatures({ path, layer: dataset.layer, encoding: dataset.encoding });
  try {
    const plan = await planRanges(reader, dataset);
    const crs = dataset.crs ?? reader.crs ?? "EPSG:4326";
    const isAssumed = dataset.crs === undefined && reader.crs === undefined && !hasDefaultCrs(path);
    const warnings = isAssumed
      ? [
          `${path} does not state its coordinate reference system: longitude and latitude (EPSG:4326) are assumed; \`crs:\` gives another`,
        ]
      : [];
    return { job: { name, reader, crs, plan }, warnings };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** GeoJSON is in longitude and latitude, and GeoParquet too unless it says otherwise. */
function hasDefaultCrs(path: string): boolean {
  return /(json|geojsonl|geojsons|parquet)$/i.test(path);
}

/** All files that the values may depend on, those that do not exist yet among them. */
export async function rangeFiles(path: string): Promise<string[]> {
  if (!/\.shp$/i.test(path)) return [path];
  const { dbf, prj, cpg } = await filesBeside(path);
  const stem = path.slice(0, -4);
  return [path, dbf ?? `${stem}.dbf`, prj ?? `${stem}.prj`, cpg ?? `${stem}.cpg`];
}
