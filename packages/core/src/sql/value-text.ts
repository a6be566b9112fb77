import { DuckDBTypeId, JsonDuckDBValueConverter, type DuckDBType, type DuckDBValue } from "@duckdb/node-api";

/** The shortest decimal that reads back to the same float32. */
function shortest32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

const integers = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.BIGNUM,
  DuckDBTypeId.DECIMAL,
]);

export function isNumeric({ typeId }: DuckDBType): boolean {
  return integers.has(typeId) || typeId === DuckDBTypeId.FLOAT || typeId === DuckDBTypeId.DOUBLE;
}

/** A value as text for people; NULL as `NULL`. */
export function plainText(value: DuckDBValue, { typeId }: DuckDBType): string {
  if (value === null) return "NULL";
  return typeId === DuckDBTypeId.FLOAT ? shortest32(value as number) : String(value);
}

/** A value as JSON: whole numbers and decimals with all their digits, NaN and infinities as null. */
export function jsonText(value: DuckDBValue, type: DuckDBType): string {
  if (value === null) return "null";
  if (integers.has(type.typeId)) return String(value);
  if (type.typeId === DuckDBTypeId.FLOAT || type.typeId === DuckDBTypeId.DOUBLE) {
    if (!Number.isFinite(value)) return "null";
    return type.typeId === DuckDBTypeId.FLOAT ? shortest32(value as number) : String(value);
  }
  return JSON.stringify(JsonDuckDBValueConverter(value, type, JsonDuckDBValueConverter));
}
