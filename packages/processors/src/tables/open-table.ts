import type { CellSource, SourceRequest } from "@quadrat/core";
import { createTransform, parseCrs, type Crs } from "../crs/index.js";
import { measureOf } from "./columns.js";
import { tableFormat } from "./format.js";
import type { Rules } from "./judge.js";
import { measurePlans } from "./measures.js";
import { openParquetTable } from "./parquet-table.js";
import { stageTable } from "./stage-table.js";
import { openTextTable } from "./text-table.js";

/** What coordinates are in when the configuration does not say: Darwin Core's decimal degrees. */
const defaultCrs = "EPSG:4326";

/**
 * Opens a CSV, TSV or Parquet file of points. Its format, its columns and its first records are checked now; the rest
 * is read by `stage`.
 * @throws QuadratError of kind "input" for the file's faults, "usage" for settings that do not fit it
 */
export async function openTable({ name, path, dataset }: SourceRequest): Promise<CellSource> {
  const id = dataset.crs ?? defaultCrs;
  const crs = parseCrs(id);
  const plan = measurePlans[measureOf(path, dataset)];
  const rules: Rules = { longitudes: longitudesOf(crs), third: plan.third };
  const format = await tableFormat(path);
  const reader =
    format.kind === "parquet"
      ? await openParquetTable({ file: path, dataset, rules })
      : await openTextTable({ file: path, gzip: format.gzip, dataset, rules });
  return {
    dataType: plan.dataType,
    warnings: [],
    stage(target) {
      const gridCrs = parseCrs(target.grid.crs);
      const toGrid = createTransform(crs, gridCrs);
      const job = {
        name,
        reader,
        rules,
        plan,
        strict: dataset.strict,
        crs: id,
        crsWarnings: toGrid.warnings,
      };
      const transforms = toGrid.identity
        ? { toGrid: undefined, fromGrid: undefined }
        : { toGrid, fromGrid: createTransform(gridCrs, crs) };
      return stageTable({ ...job, ...transforms }, target);
    },
    async close() {
      // Files are open only while they are read.
    },
  };
}

/** Half a turn to both sides of Greenwich, or of the meridian that `+lon_wrap` names; undefined unless in degrees. */
function longitudesOf({ isGeographic, unit, definition }: Crs): Rules["longitudes"] {
  if (!isGeographic || unit !== "degree") return undefined;
  const { lon_wrap = 0 } = definition.parameters;
  return [lon_wrap - 180, lon_wrap + 180];
}
