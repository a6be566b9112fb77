import { usageError } from "../faults.js";
import type { ParquetColumn } from "./layouts.js";

/** Types of numbers. */
export const numeric = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const textual = /^(VARCHAR|ENUM\(.*\))$/;
const nested = /^(STRUCT|MAP|UNION|GEOMETRY|VARIANT)|\]$/;
const dated = /^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$/;
/** Integer types of which doubles can't represent all values. */
const wide = /^(U?(BIGINT|HUGEINT)|DECIMAL\((1[6-9]|[23]\d),0\))$/;

/** A column as a query passes it to the measures. */
export interface ColumnValue {
  readonly sql: string;
  /** `time`: days. Numbers and text need not be distinguished later, but days and numbers must be. */
  readonly is: "number" | "text" | "time";
}

/** A coordinate: a number, or a text that contains one. */
export function coordinateValue(
  file: string,
  column: ParquetColumn,
  key: string,
  nodata: readonly number[],
): ColumnValue {
  const { name, sql, type } = column;
  if (numeric.test(type)) return { sql: withoutSingles(column, nodata), is: "number" };
  if (textual.test(type)) return { sql: `${sql}::VARCHAR`, is: "text" };
  throw usageError(
    file,
    key,
    `column "${name}" is of type ${short(type)}, not a number`,
    "name a column of numbers",
  );
}

/** A value for statistics: also 1 and 0 for true and false, and days since 1970 for dates and times. */
export function measuredValue(file: string, column: ParquetColumn, nodata: readonly number[]): ColumnValue {
  const { sql, type } = column;
  if (type === "BOOLEAN") return { sql: `${sql}::TINYINT`, is: "number" };
  if (dated.test(type)) {
    const microseconds = type === "DATE" ? `${sql}::TIMESTAMP` : sql;
    return { sql: `CASE WHEN isfinite(${sql}) THEN epoch_us(${microseconds}) / 86400000000 END`, is: "time" };
  }
  return coordinateValue(file, column, "value", nodata);
}

/** A name to count. Programs write NaN for a missing key, and 101.0 for 101 in a column with missing keys. */
export function nameValue(file: string, { name, sql, type }: ParquetColumn, key = "species"): ColumnValue {
  if (nested.test(type)) {
    throw usageError(
      file,
      key,
      `column "${name}" is of type ${short(type)}, not a name`,
      "name a column of text",
    );
  }
  const text = `${sql}::VARCHAR`;
  if (type === "FLOAT" || type === "DOUBLE") {
    const whole = `${sql} = trunc(${sql}) AND abs(${sql}) < 1e18`;
    return {
      sql: `CASE WHEN isnan(${sql}) THEN NULL WHEN ${whole} THEN ${sql}::BIGINT::VARCHAR ELSE ${text} END`,
      is: "text",
    };
  }
  if (/^DECIMAL\(\d+,[1-9]/.test(type)) return { sql: `rtrim(rtrim(${text}, '0'), '.')`, is: "text" };
  return { sql: text, is: "text" };
}

/** A number as the text of the same double, for tables in which the column is a text in other files. */
export function asText({ sql, is }: ColumnValue, decimal: "." | ","): string {
  if (is === "text") return sql;
  const text = `CASE WHEN isnan((${sql})::DOUBLE) THEN NULL ELSE (${sql})::DOUBLE::VARCHAR END`;
  return decimal === "," ? `replace(${text}, '.', ',')` : text;
}

/** A condition for the integers that a double can only approximate, undefined if the type has none. */
export function beyondDoubles({ sql, type }: ParquetColumn, nodata: readonly number[]): string | undefined {
  if (!wide.test(type)) return undefined;
  const known = nodata.map((value) => ` AND ${sql}::DOUBLE <> '${value}'::DOUBLE`).join("");
  return `(${sql} > ${2 ** 53} OR ${sql} < ${-(2 ** 53)})${known}`;
}

/**
 * Columns of single precision store -9999.9 as -9999.900390625: the number that means no value is rounded in
 * the same way.
 */
function withoutSingles({ sql, type }: ParquetColumn, nodata: readonly number[]): string {
  const rounded = nodata.filter((value) => !Object.is(Math.fround(value), value) && Number.isFinite(value));
  if (type !== "FLOAT" || rounded.length === 0) return sql;
  const list = rounded.map((value) => `'${value}'::FLOAT`).join(", ");
  return `CASE WHEN ${sql} IN (${list}) THEN NULL ELSE ${sql} END`;
}

export function short(type: string): string {
  return type.length > 60 ? `${type.slice(0, 60)}...` : type;
}
