import { quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { findColumn, findColumns, hasColumn, thirdColumn } from "../columns.js";
import { inputError, usageError } from "../faults.js";
import { keyOf } from "../partitions.js";
import { beyondDoubles, coordinateValue, measuredValue, nameValue } from "./column-values.js";
import type { ColumnValue } from "./column-values.js";
import { assertCrs, pointColumn, type PointColumn } from "./geometry.js";
import type { ParquetFile } from "./layouts.js";

/** What is read from one file: the values x, y and, if the measure has one, v. */
export interface Reading {
  readonly file: ParquetFile;
  readonly x: ColumnValue;
  readonly y: ColumnValue;
  readonly v: ColumnValue | undefined;
  readonly points: PointColumn | undefined;
  /** Counts values that doubles can't represent. */
  readonly beyond: string | undefined;
  /** Whether the file lacks the column of the value. */
  readonly lacking: boolean;
}

/** What the dataset needs from a file; `parts` are all files of the table. */
export function readingOf(file: ParquetFile, parts: readonly ParquetFile[], dataset: DatasetConfig): Reading {
  const { path, layout, keys } = file;
  const names = layout.columns.map(({ name }) => name);
  const { x = [], y = [], value = [] } = dataset.nodataValues ?? {};
  const points = pointsInstead(path, file, names, dataset);
  const third = thirdColumn(path, names, dataset);
  const key = third && keyOf(keys, third.name);
  const lacking =
    third !== undefined &&
    key === undefined &&
    !hasColumn(names, third.name) &&
    parts.some(({ layout: { columns } }) =>
      hasColumn(
        columns.map(({ name }) => name),
        third.name,
      ),
    );
  const column =
    third === undefined || key !== undefined || lacking
      ? undefined
      : layout.columns[findColumn(path, names, third.name, third.key)]!;
  const coordinates = points ?? coordinateColumns(file, names, dataset);
  const common = { file, points, lacking };
  const number = { is: "number" } as const;
  const place =
    dataset.code !== undefined
      ? codes(file, names, dataset.code)
      : "crs" in coordinates
        ? { x: { sql: coordinates.x, ...number }, y: { sql: coordinates.y, ...number } }
        : {
            x: coordinateValue(path, coordinates.x, "x", x),
            y: coordinateValue(path, coordinates.y, "y", y),
          };
  if (third === undefined) return { ...common, ...place, v: undefined, beyond: undefined };
  if (!column) {
    const sql = typeof key === "string" ? quoteLiteral(key) : "NULL::VARCHAR";
    return { ...common, ...place, v: { sql, is: "text" }, beyond: undefined };
  }
  const isName = third.key === "species";
  return {
    ...common,
    ...place,
    v: isName ? nameValue(path, column) : measuredValue(path, column, value),
    beyond: isName ? undefined : beyondDoubles(column, value),
  };
}

/** The code of a record, in the place of both of its coordinates. */
function codes({ path, layout }: ParquetFile, names: readonly string[], code: string) {
  const value = nameValue(path, layout.columns[findColumn(path, names, code, "code")]!, "code");
  return { x: value, y: value };
}

function coordinateColumns({ path, layout }: ParquetFile, names: readonly string[], dataset: DatasetConfig) {
  const found = findColumns(path, names, { ...dataset, measure: "records" });
  return { x: layout.columns[found.x]!, y: layout.columns[found.y]! };
}

/** The points of a file that has neither of the default coordinate columns. */
function pointsInstead(
  path: string,
  { layout }: ParquetFile,
  names: readonly string[],
  { x, y }: DatasetConfig,
): PointColumn | undefined {
  const named = x !== "decimalLongitude" || y !== "decimalLatitude";
  if (named || hasColumn(names, x) || hasColumn(names, y)) return undefined;
  return pointColumn(path, layout);
}

/** The CRS of the points of all files. @throws QuadratError if it differs, or is neither known nor given */
export function commonCrs(readings: readonly Reading[], { crs: given }: DatasetConfig): string | undefined {
  if (given !== undefined) return undefined;
  const [first, ...rest] = readings;
  const crsOf = ({ points }: Reading): string | undefined => points?.crs;
  const unknown = readings.find(({ points }) => points && points.crs === undefined);
  if (unknown) {
    throw inputError(
      unknown.file.path,
      `the CRS of column "${unknown.points!.name}" is marked as unknown in the file`,
      {
        hint: "give it in the configuration, such as `crs: EPSG:4326`",
      },
    );
  }
  const other = rest.find((reading) => crsOf(reading) !== crsOf(first!));
  if (!other) {
    const { file, points } = first!;
    if (points?.crs !== undefined) assertCrs(file.path, points, points.crs);
    return points?.crs;
  }
  const name = (reading: Reading): string => `${crsOf(reading) ?? "plain columns"} in ${reading.file.path}`;
  throw inputError(
    other.file.path,
    `the points of the files differ in CRS: ${name(first!)}, ${name(other)}`,
    {
      hint: "make one dataset for the files of each CRS",
    },
  );
}

/** Days can't be distinguished from plain numbers once they are combined. */
export function assertAlike(readings: readonly Reading[], dataset: DatasetConfig): void {
  const [time, other] = [true, false].map((isTime) =>
    readings.find(({ v, lacking }) => v !== undefined && !lacking && (v.is === "time") === isTime),
  );
  if (!time || !other) return;
  throw usageError(
    other.file.path,
    "value",
    `column "${dataset.value ?? ""}" holds dates in ${time.file.path}, but not here`,
    "make the files consistent, or one dataset for each",
  );
}
