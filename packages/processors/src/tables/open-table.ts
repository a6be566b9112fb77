import type { CellSource, SourceRequest } from "@quadrat/core";
import { parseCrs, type Crs } from "@quadrat/crs";
import { planChecks } from "./checks/plan.js";
import { measureOf } from "./columns.js";
import { planFurther, requestColumns } from "./further.js";
import type { Rules } from "./judge.js";
import { measurePlans } from "./measures/measures.js";
import { openParquetTable } from "./parquet/parquet-table.js";
import { stageTable } from "./stage-table.js";
import { filesOnDisk, findTableFiles } from "./table-files.js";
import { openTextFiles } from "./text/text-files.js";

/** The CRS of coordinates if the configuration does not state one: Darwin Core's decimal degrees. */
const defaultCrs = "EPSG:4326";

/**
 * Opens a table of points: a CSV, TSV or Parquet file, or several from a folder or a pattern. Formats, columns and
 * first records are checked now; the rest is read by `stage`.
 * @throws QuadratError of kind "input" for the file's faults, "usage" for settings that do not fit it
 */
export async function openTable({ name, path, dataset }: SourceRequest): Promise<CellSource> {
  const plan = measurePlans[measureOf(path, dataset)];
  const { kind, files, warnings } = await findTableFiles(path);
  const parquet = kind === "parquet" ? await openParquetTable({ path, files, dataset }) : undefined;
  const id = dataset.crs ?? parquet?.crs ?? defaultCrs;
  const crs = parseCrs(id);
  const rules: Rules = {
    longitudes: longitudesOf(crs),
    third: plan.third,
    nodata: dataset.nodataValues,
  };
  const text = parquet ? undefined : await openTextFiles({ path, files, dataset, rules });
  const { columns } = parquet ?? text!;
  const requests = requestColumns(path, columns);
  const checks = await planChecks(dataset, rules.longitudes !== undefined, requests);
  const further = await planFurther(path, columns, dataset, requests);
  const reader = parquet?.reader(rules, further.columns) ?? (await text!.reader(further.columns));
  return {
    dataType: plan.dataType,
    warnings,
    files: [...filesOnDisk(files), ...checks.files],
    crs: id,
    stage(target) {
      const { strict, rejected = false } = dataset;
      const table = { name, reader, rules, plan, strict, rejected, further, checks, crs: id };
      return stageTable(table, target);
    },
    async close() {
      // Files are open only while they are read.
    },
  };
}

/** Half a turn on both sides of Greenwich, or of the meridian given by `+lon_wrap`; undefined unless in degrees. */
function longitudesOf({ isGeographic, unit, definition }: Crs): Rules["longitudes"] {
  if (!isGeographic || unit !== "degree") return undefined;
  const { lon_wrap = 0 } = definition.parameters;
  return [lon_wrap - 180, lon_wrap + 180];
}
