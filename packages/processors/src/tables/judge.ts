import { reasonCode, type Reason } from "./faults.js";
import { isMissing, parseNumber, sqlIsMissing, sqlNumber } from "./numbers.js";
import type { ColumnForm, TableReader } from "./reader.js";

export interface Rules {
  /** The range of longitudes where x and y are longitude and latitude in degrees. */
  readonly longitudes: readonly [west: number, east: number] | undefined;
  /** What becomes of the third column: a number, a name that may be missing, or nothing. */
  readonly third: "number" | "name" | "none";
}

/**
 * Wraps a query for x, y and v into one that gives `reason` (a code, NULL where nothing is wrong with the record
 * itself), `x` and `y` (DOUBLE), `v`: a finite DOUBLE, or a VARCHAR that is NULL where there is no name, and the
 * columns `also`.
 *
 * Expensive expressions stand inside of CASE and coalesce, which DuckDB evaluates only for the rows that get there.
 */
export function sqlJudge(
  select: string,
  forms: TableReader["forms"],
  { longitudes, third }: Rules,
  also: readonly string[] = [],
): string {
  const value = {
    number: "CASE WHEN isfinite(pv) THEN pv + 0 END",
    name: `CASE WHEN NOT ${sqlAbsent("v", forms.v)} THEN v END`,
    none: "NULL",
  }[third];
  return `
    SELECT (CASE ${checks(forms, longitudes, third).join(" ")} END)::UTINYINT AS reason,
      ${["px AS x", "py AS y", `${value} AS v`, ...also].join(", ")}
    FROM (
      SELECT *, ${sqlParsed("x", forms.x)} AS px, ${sqlParsed("y", forms.y)} AS py,
        ${third === "number" ? sqlParsed("v", forms.v) : "NULL"} AS pv
      FROM (${select})
    )`;
}

function checks(
  forms: TableReader["forms"],
  longitudes: Rules["longitudes"],
  third: Rules["third"],
): string[] {
  const when = (condition: string, reason: Reason): string => `WHEN ${condition} THEN ${reasonCode(reason)}`;
  const notFinite = "(isfinite(px) AND isfinite(py)) IS NOT TRUE";
  const absent = `${sqlAbsent("x", forms.x)} OR ${sqlAbsent("y", forms.y)}`;
  const range = longitudes?.join(" AND ");
  const good = longitudes
    ? [`px BETWEEN ${range}`, "py BETWEEN -90 AND 90", "(px <> 0 OR py <> 0)"]
    : ["isfinite(px)", "isfinite(py)"];
  if (third === "number") good.push("isfinite(pv)");
  const list = [
    `WHEN ${good.join(" AND ")} THEN NULL`,
    `WHEN ${notFinite} THEN CASE ${when(absent, "missing")} ELSE ${reasonCode("notNumber")} END`,
  ];
  if (longitudes) {
    list.push(
      when("py NOT BETWEEN -90 AND 90", "latitude"),
      when(`px NOT BETWEEN ${range}`, "longitude"),
      when("px = 0 AND py = 0", "zero"),
    );
  }
  if (third === "number") {
    list.push(
      `ELSE CASE ${when(sqlAbsent("v", forms.v), "valueMissing")} ELSE ${reasonCode("valueNotNumber")} END`,
    );
  }
  return list;
}

/** The same verdict on the texts of one record, for messages that name its line. */
export function judge(
  x: string,
  y: string,
  v: string,
  forms: TableReader["forms"],
  { longitudes, third }: Rules,
): Reason | undefined {
  const number = (text: string, form: ColumnForm): number | undefined =>
    form.kind === "text" ? parseNumber(text, form.decimal) : undefined;
  const nx = number(x, forms.x);
  const ny = number(y, forms.y);
  if (nx === undefined || ny === undefined) return isMissing(x) || isMissing(y) ? "missing" : "notNumber";
  if (longitudes) {
    if (ny < -90 || ny > 90) return "latitude";
    if (nx < longitudes[0] || nx > longitudes[1]) return "longitude";
    if (nx === 0 && ny === 0) return "zero";
  }
  if (third !== "number" || number(v, forms.v) !== undefined) return undefined;
  return isMissing(v) ? "valueMissing" : "valueNotNumber";
}

function sqlParsed(column: string, form: ColumnForm): string {
  return form.kind === "text" ? sqlNumber(column, form.decimal) : `${column}::DOUBLE`;
}

function sqlAbsent(column: string, form: ColumnForm): string {
  return form.kind === "text" ? sqlIsMissing(column) : `(${column} IS NULL OR isnan(${column}::DOUBLE))`;
}
