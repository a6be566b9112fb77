import type { CellSource, DatasetConfig, SourceRequest } from "@quadrat/core";
import { parseCrs, type Crs } from "@quadrat/crs";
import { sharesMeasure } from "./circles/gather-shares.js";
import { schemeOf } from "./codes/recognise.js";
import { planChecks } from "./checks/plan.js";
import { defaultSpecies, findColumn, matchColumns, measureOf } from "./columns.js";
import { planFurther, requestColumns, type FurtherRequests } from "./further.js";
import type { Rules } from "./judge.js";
import { measurePlans } from "./measures/measures.js";
import { planSpread } from "./measures/spread.js";
import { openParquetTable } from "./parquet/parquet-table.js";
import { numeric } from "./parquet/column-values.js";
import { usageError } from "./faults.js";
import { sqlNumber } from "./numbers.js";
import type { InputColumn } from "./reader.js";
import { noteRecords, passOf } from "./shared-pass.js";
import { stageTable } from "./stage-table.js";
import { filesOnDisk, findTableFiles } from "./table-files.js";
import { openTextFiles } from "./text/text-files.js";
import type { PointTable } from "./transforms.js";

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
  const plan = dataset.assign === "fraction" ? sharesMeasure : measurePlans[measureOf(path, dataset)];
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
  const text = parquet ? undefined : await openTextFiles({ path, files, dataset, rules });
  const { columns } = parquet ?? text!;
  const requests = requestColumns(path, columns);
  // The centres of cells are not coordinates that somebody gave.
  const isChecked = code === undefined || dataset.checks !== undefined;
  const checked: DatasetConfig = isChecked ? dataset : { ...dataset, checks: "none" };
  const checks = await planChecks(checked, rules.longitudes !== undefined, requests);
  const assigned = planCircles(path, columns, dataset, requests);
  const spread = planSpread(path, columns, dataset, requests);
  const further = await planFurther(path, columns, dataset, requests);
  const reader = parquet?.reader(rules, further.columns) ?? (await text!.reader(further.columns));
  if (code !== undefined && rules.code) rules.code.scheme = schemeOf(path, code, (parquet ?? text!).codes);
  const ownCrs = rules.code?.scheme?.crs ?? id;
  const species = speciesOf(dataset, rules, columns);
  const source: CellSource = {
    dataType: plan.dataType,
    several: spread && { each: spread.each, ...(spread.top !== undefined && { atMost: spread.top }) },
    warnings,
    files: [...filesOnDisk(files), ...checks.files],
    crs: ownCrs,
    stage(target) {
      const { strict, rejected = false } = dataset;
      const table = {
        name,
        reader,
        rules,
        plan,
        spread,
        strict,
        rejected,
        further,
        checks,
        crs: ownCrs,
        ...assigned,
        species,
      };
      return stageTable(table, target, passOf(source));
    },
    async close() {
      // Files are open only while they are read.
    },
  };
  // A random place depends on the value of the record.
  const atPoints = dataset.assign === undefined || dataset.assign === "point";
  const isCounted = plan.fromCounts !== undefined && spread === undefined && atPoints;
  if (isCounted) noteRecords(source, path, dataset, { species, rules, checks });
  return source;
}

/** The column of the species' names, if records have one. */
function speciesOf(
  { species }: DatasetConfig,
  { third }: Rules,
  columns: readonly InputColumn[],
): string | undefined {
  if (species === undefined && third !== "name") return undefined;
  const names = columns.map(({ name }) => name);
  return names[matchColumns(names, species ?? defaultSpecies(names))[0]!];
}

/** How records are assigned to cells, if not as points. */
function planCircles(
  path: string,
  columns: readonly InputColumn[],
  { uncertainty, assign = "point", seed = 0, decimal }: DatasetConfig,
  requests: FurtherRequests,
): Pick<PointTable, "assign"> {
  if (uncertainty === undefined) return {};
  const names = columns.map(({ name }) => name);
  const { type } = columns[findColumn(path, names, uncertainty, "uncertainty")]!;
  const isNumber = numeric.test(type);
  if (!isNumber && type !== "VARCHAR") {
    throw usageError(
      path,
      "uncertainty",
      `column "${uncertainty}" is of type ${type}, not a number`,
      "name a column of metres",
    );
  }
  if (assign === "point") return {};
  const { alias } = requests.need(uncertainty, "uncertainty");
  const radius = isNumber ? `${alias}::DOUBLE` : sqlNumber(alias, decimal === "," ? "," : ".");
  return { assign: { assign, seed, radius, column: uncertainty } };
}

/** Half a turn on both sides of Greenwich, or of the meridian given by `+lon_wrap`; undefined unless in degrees. */
function longitudesOf({ isGeographic, unit, definition }: Crs): Rules["longitudes"] {
  if (!isGeographic || unit !== "degree") return undefined;
  const { lon_wrap = 0 } = definition.parameters;
  return [lon_wrap - 180, lon_wrap + 180];
}
