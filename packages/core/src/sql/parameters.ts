import { DuckDBTypeId, type DuckDBPreparedStatement } from "@duckdb/node-api";
import { nearest, QuadratError } from "../errors.js";

/**
 * Binds texts to a statement's parameters: in order to `$1`, `$2` or `?`, as `name=value` to `$name`.
 *
 * Where the statement takes text, a value is text; elsewhere a value that reads as a number is a number.
 * @throws QuadratError of kind "usage" if values are missing, too many or have unknown names
 */
export function bindParameters(statement: DuckDBPreparedStatement, values: readonly string[]): void {
  const names = Array.from({ length: statement.parameterCount }, (_, index) =>
    statement.parameterName(index + 1),
  );
  const given = names.every((name) => /^\d+$/.test(name)) ? inOrder(names, values) : byName(names, values);
  const missing = names.filter((name) => !given.has(name));
  if (missing.length > 0) {
    const list = missing.map((name) => `$${name}`).join(", ");
    const how = /^\d+$/.test(missing[0]!) ? "VALUE" : `${missing[0]}=VALUE`;
    throw new QuadratError("usage", `the query's ${list} has no value`, { hint: `add --param ${how}` });
  }
  names.forEach((name, index) => bind(statement, index + 1, given.get(name)!));
}

function inOrder(names: readonly string[], values: readonly string[]): Map<string, string> {
  if (values.length > names.length) {
    const takes = names.length === 0 ? "takes none" : `takes ${names.length}`;
    throw new QuadratError("usage", `${values.length} parameters were given, but the query ${takes}`, {
      hint: "parameters go where the query has $1, $2 or $name",
    });
  }
  return new Map(values.map((value, index) => [String(index + 1), value]));
}

function byName(names: readonly string[], values: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (const value of values) {
    const equals = value.indexOf("=");
    const name = value.slice(0, Math.max(equals, 0));
    if (!names.includes(name)) {
      const near = nearest(name, names);
      const known = names.map((one) => `$${one}`).join(", ");
      throw new QuadratError("usage", `the query has no parameter $${name || value}; it has ${known}`, {
        hint: near ? `did you mean ${near}?` : `give them as --param ${names[0]}=VALUE`,
      });
    }
    given.set(name, value.slice(equals + 1));
  }
  return given;
}

const integer = /^[-+]?\d+$/;
const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

function bind(statement: DuckDBPreparedStatement, index: number, value: string): void {
  const text = statement.parameterTypeId(index) === DuckDBTypeId.VARCHAR;
  if (!text && integer.test(value) && isBigInt(BigInt(value))) statement.bindBigInt(index, BigInt(value));
  else if (!text && number.test(value)) statement.bindDouble(index, Number(value));
  else statement.bindVarchar(index, value);
}

function isBigInt(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
