import type { CellSource, SourceRequest } from "@quadrat/core";
import { parseCrs, type Crs } from "@quadrat/crs";
import { sharesMeasure } from "./circles/gather-shares.js";
import { schemeOf } from "./codes/recognise.js";
import { hasCircles, measureOf } from "./columns.js";
import type { Rules } from "./judge.js";
import { measurePlans } from "./measures/measures.js";
import { openParquetTable } from "./parquet/parquet-table.js";
import { stageTable } from "./stage-table.js";
import { findTableFiles } from "./table-files.js";
import { openTextFiles } from "./text/text-files.js";

/** The CRS of coordinates if the configuration does not state one: Darwin Core's decimal degrees. */
const defaultCrs = "EPSG:4326";

/**
 * Opens a table of points: a CSV, TSV or Parquet file, or several from a folder or a pattern. Formats, columns and
 * first records are checked now; the rest is read by `stage`.
 * @throws QuadratError of kind "input" for the file's faults, "usage" for settings that do not fit it
 */
export async function openTable({ name, path, dataset: given }: SourceRequest): Promise<CellSource> {
  const { code } = given;
  // A code stands for both coordinates.
  const dataset = code === undefined ? given : { ...given, x: code, y: code };
  const { assign = "point", seed = 0 } = dataset;
  const plan = assign === "fraction" ? sharesMeasure : measurePlans[measureOf(path, dataset)];
  const { kind, files, warnings } = await findTableFiles(path);
  const parquet = kind === "parquet" ? await openParquetTable({ path, files, dataset }) : undefined;
  const id = dataset.crs ?? parquet?.crs ?? defaultCrs;
  const crs = parseCrs(id);
  const rules: Rules = {
    longitudes: longitudesOf(crs),
    third: plan.third,
    nodata: dataset.nodataValues,
    ...(code !== undefined && { code: {} }),
  };
  const reader = parquet?.reader(rules) ?? (await openTextFiles({ path, files, dataset, rules }));
  if (code !== undefined && rules.code) rules.code.scheme = schemeOf(path, code, reader.codes ?? []);
  const ownCrs = rules.code?.scheme?.crs ?? id;
  return {
    dataType: plan.dataType,
    warnings,
    files: files.map((file) => file.path),
    crs: ownCrs,
    stage(target) {
      const circles = hasCircles(dataset) && assign !== "point" ? { assign: { assign, seed } } : {};
      const table = { name, reader, rules, plan, strict: dataset.strict, crs: ownCrs, ...circles };
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
