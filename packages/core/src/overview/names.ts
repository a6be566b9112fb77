import type { StoreReader } from "../sql/reader.js";
import { quoteIdentifier, quoteLiteral } from "../store/store.js";

/** The texts of a column as classes: the commonest have a number each, from 0, and all others share the next one. */
export interface Names {
  /** Descending by their number of rows. */
  readonly names: readonly string[];
  /** How many different texts there are besides these. */
  readonly others: number;
}

/** Texts that can be told apart on a map, with one number left for the others. */
const mostNames = 249;

/** Longer texts are hardly names. */
const longest = 200;

/** Finds the commonest texts of a column; of equally common ones the first in binary order. */
export async function readNames(reader: StoreReader, column: string, table: string): Promise<Names> {
  const value = quoteIdentifier(column);
  const [row] = await reader.rows<{ different: number }>(
    `SELECT count(*)::DOUBLE AS different FROM (SELECT DISTINCT ${value} AS name FROM main.${table}) WHERE name IS NOT NULL`,
  );
  const found = await reader.rows<{ name: string }>(
    `SELECT name FROM (SELECT ${value} AS name, count(*) AS n FROM main.${table} GROUP BY ALL)
     WHERE name IS NOT NULL AND length(name) <= ${longest} AND NOT contains(name, chr(0))
     ORDER BY n DESC, name LIMIT ${mostNames}`,
  );
  return { names: found.map(({ name }) => name), others: row!.different - found.length };
}

/** The SQL of the number of a text, NaN for NULL. */
export function numberOfName(column: string, { names }: Names): string {
  const value = quoteIdentifier(column);
  const known =
    names.length === 0
      ? "NULL"
      : `enum_code(TRY_CAST(${value} AS ENUM(${names.map(quoteLiteral).join(", ")})))`;
  return `CASE WHEN ${value} IS NULL THEN 'NaN'::DOUBLE ELSE coalesce(${known}, ${names.length})::DOUBLE END`;
}
