import { quoteLiteral } from "@quadrat/core";
import { isMissing, parseNumber, sqlIsMissing, sqlNumber, type Decimal } from "../numbers.js";
import type { FurtherColumn, InputColumn } from "../reader.js";

/** The type of a column without any value in the first records: it takes that of other files, or is text. */
export const unknownType = "NULL";

const whole = /^\s*[+-]?\d+\s*$/;
const largest = 2 ** 63;

/**
 * The columns of a text with the types that its first records show, as DuckDB would find them.
 * @param numbers positions of the columns that are numbers whatever their fields say: those of the coordinates
 */
export function typedColumns(
  names: readonly string[],
  sample: readonly (readonly string[])[],
  decimal: Decimal,
  numbers: readonly number[],
): InputColumn[] {
  const fieldsOf = (index: number): string[] => sample.map((record) => record[index] ?? "");
  return names.flatMap((name, index) => {
    if (name === "") return [];
    return [{ name, type: numbers.includes(index) ? "DOUBLE" : typeOf(fieldsOf(index), decimal) }];
  });
}

function typeOf(fields: readonly string[], decimal: Decimal): string {
  const present = fields.filter((field) => !isMissing(field));
  if (present.length === 0) return fields.some((field) => field.trim() !== "") ? "VARCHAR" : unknownType;
  if (present.every((field) => whole.test(field) && Math.abs(Number(field)) < largest)) return "BIGINT";
  return present.every((field) => parseNumber(field, decimal) !== undefined) ? "DOUBLE" : "VARCHAR";
}

/** The type that holds the values of both. */
export function commonType(a: string, b: string): string {
  if (a === b || b === unknownType) return a;
  if (a === unknownType) return b;
  const types = [a, b];
  return types.includes("VARCHAR") || !types.every((type) => ["BIGINT", "DOUBLE"].includes(type))
    ? "VARCHAR"
    : "DOUBLE";
}

/** The value of a field in a column of that type: NULL if it is empty, or not a number in a column of numbers. */
export function sqlTyped(field: string, type: string, decimal: Decimal): string {
  if (type === "DOUBLE")
    return `CASE WHEN isfinite(${sqlNumber(field, decimal)}) THEN ${sqlNumber(field, decimal)} END`;
  if (type !== "BIGINT") return `nullif(${field}, '')`;
  return `CASE WHEN regexp_full_match(${field}, '\\s*[+-]?[0-9]+\\s*') THEN TRY_CAST(${field} AS BIGINT) END`;
}

/** How many of some columns of numbers hold a text that is not a number. */
export function sqlMisfits(columns: readonly FurtherColumn[], decimal: Decimal): string {
  const numbers = columns.filter(({ type }) => type !== "VARCHAR");
  const counts = numbers.map(
    ({ alias, type }) =>
      `(${sqlTyped(alias, type, decimal)} IS NULL AND NOT ${sqlIsMissing(alias)})::UTINYINT`,
  );
  return counts.length === 0 ? "0" : counts.join(" + ");
}

/** A value that is the same for all records, such as one in the name of a folder. */
export function sqlConstant(value: string | null, type: string): string {
  return value === null ? `NULL::${type}` : `TRY_CAST(${quoteLiteral(value)} AS ${type})`;
}
