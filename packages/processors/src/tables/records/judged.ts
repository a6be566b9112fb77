import { reasonCode } from "../faults.js";
import { sqlHolds, type FurtherPlan } from "../further.js";
import { sqlJudge, type Rules } from "../judge.js";
import { keptNames, type Piece, type TableReader } from "../reader.js";

/** Columns of a numbered piece besides those of any. */
const numberColumns = ["record", "broken", "misfits"] as const;

/** Columns of judged records besides those that they always have. */
export interface JudgedColumns {
  /** Those of the records themselves to pass on. */
  readonly carried?: readonly string[];
  /** SQL of others, from the records' further columns. */
  readonly made?: readonly string[];
  /** SQL of the coordinates as they were given. */
  readonly given?: readonly [x: string, y: string];
}

interface JudgedTable {
  readonly reader: TableReader;
  readonly rules: Rules;
  readonly further: FurtherPlan;
}

/** The query of a part's records as they are judged, with the condition of `where` and, if numbered, their faults first. */
export function sqlJudged(
  { reader, rules, further }: JudgedTable,
  { select }: Piece,
  numbered = false,
  { carried = [], made = [], given = ["x", "y"] }: JudgedColumns = {},
): string {
  const columns = [
    ...keptNames.slice(0, rules.third === "none" ? 2 : 3),
    ...further.columns.map(({ alias }) => alias),
    ...(numbered ? numberColumns : []),
    ...carried,
  ];
  const first: string[] = [];
  if (numbered) first.push("WHEN broken IS NOT NULL THEN broken");
  if (further.where) first.push(`WHEN NOT holds THEN ${reasonCode("where")}`);
  const also = numbered
    ? [
        ...numberColumns,
        `(${given[0]})::VARCHAR AS rx`,
        `(${given[1]})::VARCHAR AS ry`,
        ...further.columns.map(({ alias }) => alias),
      ]
    : further.columns.map(({ alias }) => alias);
  const records = further.where ? sqlHolds(select, columns, further.where) : select;
  return sqlJudge(records, reader.forms, rules, [...also, ...carried, ...made], first);
}
