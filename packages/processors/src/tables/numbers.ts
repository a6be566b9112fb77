import { quoteLiteral } from "@quadrat/core";

/** What JavaScript's `trim` treats as white space; SQL's `trim` is given the same. */
const whiteSpace =
  "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

const missingWords = ["", "NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "Null", "null", "\\N"];

const plainDecimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export type Decimal = "." | ",";

/** True for an empty field and the words that programs write instead. */
export function isMissing(text: string): boolean {
  return missingWords.includes(text.trim());
}

/**
 * The plain decimal number in a field, or undefined: spaces around it are ignored; thousands separators, units,
 * hexadecimals, NaN, Infinity and numbers beyond the doubles are refused.
 */
export function parseNumber(text: string, decimal: Decimal): number | undefined {
  const trimmed = text.trim();
  if (decimal === "," && trimmed.includes(".")) return undefined;
  const normal = decimal === "," ? trimmed.replace(",", ".") : trimmed;
  if (!plainDecimal.test(normal)) return undefined;
  const value = Number(normal);
  return Number.isFinite(value) ? value : undefined;
}

/** Ranges of texts, by their first letters, in which no word means a missing value: nearly all names and no comparison is cheaper. */
const plainRanges = [
  ["A", "N"],
  ["O", "["],
  ["a", "n"],
  ["o", "{"],
] as const;

/**
 * {@link isMissing} as SQL; `text` is an expression of type VARCHAR. Where the first letter does not decide, a regular expression
 * stops at the first letter of any other word, while `trim` takes microseconds.
 */
export function sqlIsMissing(text: string): string {
  const isPlain = plainRanges.map(
    ([from, to]) => `(${text} >= ${quoteLiteral(from)} AND ${text} < ${quoteLiteral(to)})`,
  );
  const words = missingWords.map((word) => word.replace("\\", "\\\\")).join("|");
  const pattern = `[${whiteSpace}]*(${words})[${whiteSpace}]*`;
  const matches = `regexp_full_match(${text}, ${quoteLiteral(pattern)})`;
  return `(${text} IS NULL OR CASE WHEN ${isPlain.join(" OR ")} THEN false ELSE ${matches} END)`;
}

/**
 * {@link parseNumber} as SQL: NULL, NaN or infinite for anything that is not a number. DuckDB's cast accepts a few more texts
 * than plain decimals ("1_000", "+-1", "nan", "inf"), which are excluded separately: five times faster than a regular
 * expression.
 */
export function sqlNumber(text: string, decimal: Decimal): string {
  const normal = decimal === "," ? `replace(${text}, ',', '.')` : text;
  const refused = ["_", "+-", ...(decimal === "," ? ["."] : [])].map(
    (part) => `contains(${text}, ${quoteLiteral(part)})`,
  );
  const cast = `coalesce(TRY_CAST(${normal} AS DOUBLE), TRY_CAST(${sqlTrim(normal)} AS DOUBLE))`;
  return `CASE WHEN ${refused.join(" OR ")} THEN NULL ELSE ${cast} END`;
}

function sqlTrim(text: string): string {
  return `trim(${text}, ${quoteLiteral(whiteSpace)})`;
}
