import type { DatasetConfig } from "@quadrat/core";
import { centreOf } from "./codes/recognise.js";
import type { CodeScheme } from "./codes/scheme.js";
import { reasonCode, type Reason } from "./faults.js";
import { isMissing, parseNumber, sqlIsMissing, sqlNumber } from "./numbers.js";
import type { ColumnForm, TableReader } from "./reader.js";

export interface Rules {
  /** The range of longitudes if x and y are longitude and latitude in degrees. */
  readonly longitudes: readonly [west: number, east: number] | undefined;
  /** The use of the third column: a number, a name that may be missing, or none. */
  readonly third: "number" | "name" | "none";
  /** Set if records have codes of cells instead of coordinates: of which scheme, once that is known. */
  readonly code?: { scheme?: CodeScheme | undefined };
  /** Numbers that mean a missing coordinate, value or name. */
  readonly nodata?: DatasetConfig["nodataValues"];
}

/**
 * Wraps a query for x, y and v into one that returns `reason` (a code, NULL if the record itself has no fault), `x`
 * and `y` (DOUBLE), `v`: a finite DOUBLE, or a VARCHAR that is NULL if there is no name, and the columns `also`.
 *
 * @param first cases of reasons that come before all others
 *
 * Expensive expressions are inside CASE and coalesce, which DuckDB evaluates only for the rows that reach them.
 */
export function sqlJudge(
  select: string,
  forms: TableReader["forms"],
  rules: Rules,
  also: readonly string[] = [],
  first: readonly string[] = [],
): string {
  const { third, nodata } = rules;
  const value = {
    number: "CASE WHEN isfinite(pv) THEN pv + 0 END",
    name: `CASE WHEN NOT ${sqlAbsent("v", forms.v, nodata?.value)} THEN v END`,
    none: "NULL",
  }[third];
  return `
    SELECT (CASE ${[...first, ...checks(forms, rules)].join(" ")} END)::UTINYINT AS reason,
      ${["px AS x", "py AS y", `${value} AS v`, ...also].join(", ")}
    FROM (
      SELECT *, ${sqlGiven("x", forms.x, nodata?.x)} AS px, ${sqlGiven("y", forms.y, nodata?.y)} AS py,
        ${third === "number" ? sqlGiven("v", forms.v, nodata?.value) : "NULL"} AS pv
      FROM (${select})
    )`;
}

function checks(forms: TableReader["forms"], { longitudes, third, nodata }: Rules): string[] {
  const when = (condition: string, reason: Reason): string => `WHEN ${condition} THEN ${reasonCode(reason)}`;
  const notFinite = "(isfinite(px) AND isfinite(py)) IS NOT TRUE";
  const absent = `${sqlAbsent("x", forms.x, nodata?.x)} OR ${sqlAbsent("y", forms.y, nodata?.y)}`;
  const range = longitudes?.join(" AND ");
  const good = ["isfinite(px)", "isfinite(py)"];
  if (longitudes) good.push(`px BETWEEN ${range}`, "py BETWEEN -90 AND 90", "(px <> 0 OR py <> 0)");
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
      `ELSE CASE ${when(sqlAbsent("v", forms.v, nodata?.value), "valueMissing")} ELSE ${reasonCode("valueNotNumber")} END`,
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
  { longitudes, third, nodata, code }: Rules,
): Reason | undefined {
  const number = (text: string, form: ColumnForm): number | undefined =>
    form.kind === "text" ? parseNumber(text, form.decimal) : undefined;
  if (code) {
    if (isMissing(x)) return "codeMissing";
    if (!centreOf(x, code.scheme)) return "noCode";
    return judgeValue();
  }
  const nx = number(x, forms.x);
  const ny = number(y, forms.y);
  if (stands(nx, nodata?.x) || stands(ny, nodata?.y)) return "missing";
  if (nx === undefined || ny === undefined) return isMissing(x) || isMissing(y) ? "missing" : "notNumber";
  if (longitudes) {
    if (ny < -90 || ny > 90) return "latitude";
    if (nx < longitudes[0] || nx > longitudes[1]) return "longitude";
    if (nx === 0 && ny === 0) return "zero";
  }
  return judgeValue();

  function judgeValue(): Reason | undefined {
    if (third !== "number") return undefined;
    const nv = number(v, forms.v);
    if (stands(nv, nodata?.value)) return "valueMissing";
    if (nv !== undefined) return undefined;
    return isMissing(v) ? "valueMissing" : "valueNotNumber";
  }
}

function sqlParsed(column: string, form: ColumnForm): string {
  return form.kind === "text" ? sqlNumber(column, form.decimal) : `${column}::DOUBLE`;
}

/** The number, NULL if it means no value. */
function sqlGiven(column: string, form: ColumnForm, nodata: readonly number[] = []): string {
  const parsed = sqlParsed(column, form);
  return nodata.length === 0 ? parsed : `CASE WHEN ${sqlStands(parsed, nodata)} THEN NULL ELSE ${parsed} END`;
}

function sqlAbsent(column: string, form: ColumnForm, nodata: readonly number[] = []): string {
  const absent =
    form.kind === "text" ? sqlIsMissing(column) : `(${column} IS NULL OR isnan(${column}::DOUBLE))`;
  return nodata.length === 0 ? absent : `(${absent} OR ${sqlStands(sqlParsed(column, form), nodata)})`;
}

/** Whether a number is one that means no value; never NULL. */
function sqlStands(parsed: string, nodata: readonly number[]): string {
  return `coalesce((${parsed}) IN (${nodata.map((value) => `'${value}'::DOUBLE`).join(", ")}), false)`;
}

function stands(value: number | undefined, nodata: readonly number[] = []): boolean {
  return value !== undefined && nodata.includes(value);
}
