import { quoteLiteral } from "@quadrat/core";
import { verdicts } from "../checks/plan.js";
import { reasons, type Reason } from "../faults.js";
import { slotOf } from "../place.js";
import type { Work } from "../reader.js";
import type { TableJob } from "../table-job.js";
import { failColumn } from "./checked.js";
import { hasTexts, textsTable } from "./point-tests.js";

/** How many records have a verdict, and the first of them. */
export interface VerdictCount {
  readonly leftOut: number;
  readonly flagged: number;
  readonly first: readonly number[];
}

export interface CountedVerdict {
  readonly verdict: string;
  readonly n: number;
  readonly first: readonly number[];
}

const verdictOrder = [...Object.values(reasons), ...Object.values(verdicts)] as readonly string[];

/** Verdicts in the order of the rules, with what became of their records. */
export function inOrder(
  found: readonly CountedVerdict[],
  { checks: { checks } }: TableJob,
): ReadonlyMap<string, VerdictCount> {
  const flagging = checks.filter(({ drop }) => !drop).map(({ name }) => verdicts[name]);
  return new Map(
    found
      .toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
      .map(({ verdict, n, first }) => {
        const [flagged, leftOut] = flagging.includes(verdict) ? [n, 0] : [0, n];
        return [verdict, { flagged, leftOut, first: [...first] }];
      }),
  );
}

/** The verdicts of settled records, in the order of the records and, for one record, of the checks. */
export function sqlVerdicts(
  job: TableJob,
  { scratch }: Work,
  settled: string,
  also: readonly string[],
): string {
  const columns = job.rejected ? ["rx", "ry", ...also] : [];
  const select = (verdict: string, detail: string, used: string, order: number): string =>
    `SELECT ${["record", `${verdict} AS verdict`, `${detail} AS detail`, `${used} AS used`, `${order} AS rank`, ...columns].join(", ")}`;
  const parts = [
    `${select(sqlReason, sqlReasonDetail(job), "false", -1)} FROM ${settled} WHERE slot < 0 AND slot <> ${slotOf("where")}`,
  ];
  for (const [index, check] of job.checks.checks.entries()) {
    const fails = failColumn(index);
    const says = hasTexts(check);
    const texts = says ? ` LEFT JOIN ${textsTable(scratch, index)} AS t ON t.id = ${fails}` : "";
    const detail = says ? "t.text" : (check.detail?.(fails) ?? "NULL::VARCHAR");
    parts.push(
      `${select(quoteLiteral(verdicts[check.name]), detail, "final >= 0", index)} FROM ${settled}${texts} WHERE ${fails} IS NOT NULL`,
    );
  }
  return `SELECT * EXCLUDE (rank) FROM (${parts.join(" UNION ALL ")}) ORDER BY record, rank`;
}

const sqlReason = `CASE slot ${(Object.keys(reasons) as Reason[])
  .map((reason) => `WHEN ${slotOf(reason)} THEN ${quoteLiteral(reasons[reason])}`)
  .join(" ")} END`;

/** Reasons that the coordinates as given explain. */
const explained: readonly Reason[] = [
  "noCode",
  "notNumber",
  "latitude",
  "longitude",
  "domain",
  "outside",
  "masked",
];

function sqlReasonDetail({ rules }: TableJob): string {
  const given = rules.code ? "rx" : "rx || ', ' || ry";
  return `CASE WHEN slot IN (${explained.map(slotOf).join(", ")}) THEN ${given} END`;
}
