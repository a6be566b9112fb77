import { isMissing } from "../numbers.js";

const truths = ["TRUE", "True", "true", "T"];
const falsehoods = ["FALSE", "False", "false", "F"];

/**
 * Whether a column contains only truth values, judging by its first fields. A single letter may mean something else,
 * such as a trace of rain: T and F count only together.
 */
export function areBooleans(fields: readonly string[]): boolean {
  const present = fields.filter((field) => !isMissing(field));
  if (!present.every((field) => truths.includes(field) || falsehoods.includes(field))) return false;
  return present.some((field) => field.length > 1) || (present.includes("T") && present.includes("F"));
}

/** 1 or 0 in place of a truth value. */
export function booleanText(field: string): string {
  return truths.includes(field) ? "1" : falsehoods.includes(field) ? "0" : field;
}

/** {@link booleanText} as SQL. */
export function sqlBooleanText(column: string): string {
  const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(", ");
  return `CASE WHEN ${column} IN (${list(truths)}) THEN '1' WHEN ${column} IN (${list(falsehoods)}) THEN '0' ELSE ${column} END`;
}
