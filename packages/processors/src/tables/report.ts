import { basename } from "node:path";
import type { Bounds, CellReport, Grid } from "@quadrat/core";
import { naturalOrder } from "@quadrat/core/host";
import type { CircleFindings } from "./circles/place-circles.js";
import { borderOf, emptyExtent } from "./extent.js";
import { faults, inputError, linesOf, reasons, type BrokenRecords, type Reason } from "./faults.js";
import type { FoundFault, Work } from "./reader.js";
import type { VerdictCount } from "./records/verdicts.js";
import type { TableJob } from "./table-job.js";

/** The result of reading a table's records. */
export interface Findings {
  readonly used: number;
  /** Records left out. */
  readonly counts: ReadonlyMap<Reason, number>;
  readonly broken: readonly BrokenRecords[];
  /** Used records without a name, if names are counted, or without a column, if there are several. */
  readonly nameless: number;
  /** Of records with circles of uncertainty. */
  readonly circles?: CircleFindings;
  /** The verdicts of all records by their names, if they were recorded. */
  readonly verdicts: ReadonlyMap<string, VerdictCount>;
  /** Fields that are not numbers, in further columns of numbers. */
  readonly misfits: number;
  /** The extent of the records outside the grid. */
  readonly missed: () => Promise<MissedExtent>;
}

export interface MissedExtent {
  /** In the table's CRS. */
  readonly own: Bounds;
  /** In the grid's CRS, if that is different and they have an image in it. */
  readonly inGrid: Bounds | undefined;
}

/** Turns the findings into a report. @throws QuadratError if `strict` finds a fault, or if no record can be used */
export async function makeReport(
  job: TableJob,
  grid: Grid,
  findings: Findings,
  work: Work,
): Promise<CellReport> {
  const { used, counts, nameless } = findings;
  if (job.strict) await refuseFaults(job, findings, work);
  const left = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const read = used + left;
  if (used === 0 && read > 0) await refuseUseless(job, grid, findings, work);
  const warnings = [...job.reader.warnings, ...job.crsWarnings];
  if (read === 0) warnings.push("there are no records, only a header: the column is entirely NULL");
  else if (used === 0) {
    const fault = counts.has("where") ? "is used" : "has a value";
    warnings.push(`none of the ${read} records ${fault}: the column is entirely NULL`);
  }
  for (const [reason, count] of inOrder(counts)) {
    if (!faults.includes(reason)) continue;
    warnings.push(
      `${records(count)} left out: ${reasons[reason]}${await placeOf(job, reason, findings, work)}`,
    );
  }
  if (nameless > 0) warnings.push(`${records(nameless)} ${namelessText(job)}`);
  if (findings.circles) warnings.push(...remarksOn(findings.circles, read));
  warnings.push(...remarks(findings));
  const skipped = Object.fromEntries(inOrder(counts).map(([reason, count]) => [reasons[reason], count]));
  const { verdicts } = findings;
  const { references } = job.checks;
  return {
    read,
    used,
    skipped,
    ...(verdicts.size > 0 && { verdicts: Object.fromEntries(verdicts) }),
    ...placedBy(job),
    ...(references.length > 0 && { references }),
    warnings,
  };
}

/** What has become of records without a name, or without a year. */
function namelessText({ spread }: TableJob): string {
  if (!spread) return "without a name: not counted for any species";
  return spread.each === "species" ? "without a name: in no column" : "without a year: in no column";
}

/** What the checks have found, and fields that could not be read. */
function remarks({ verdicts, misfits }: Findings): string[] {
  const own: readonly string[] = Object.values(reasons);
  const found = [...verdicts].flatMap(([verdict, { leftOut, flagged, first }]) => {
    if (own.includes(verdict)) return [];
    const done = leftOut > 0 ? "left out" : "flagged";
    return [`${records(leftOut + flagged)} ${done}: ${verdict} (${firstOf(leftOut + flagged, first)})`];
  });
  if (misfits > 0) {
    const fields = misfits === 1 ? "1 field is not a number" : `${misfits} fields are not numbers`;
    found.push(`${fields} in columns of numbers that \`where\`, \`keep\` or checks read: read as empty`);
  }
  return found;
}

function firstOf(count: number, first: readonly number[]): string {
  return `record${count === 1 ? "" : "s"} ${first.join(", ")}${count > first.length ? ", ..." : ""}`;
}

/** Where the records were taken to be. */
function placedBy({ rules, assign }: TableJob): Pick<CellReport, "placed"> {
  if (rules.code) return { placed: `centres of cells by code: ${rules.code.scheme?.name ?? "no codes"}` };
  if (!assign) return {};
  const circle = `the circle with the radius \`${assign.column}\``;
  return assign.assign === "fraction"
    ? { placed: `shares of ${circle}` }
    : { placed: `a random place in ${circle}, seed ${assign.seed}` };
}

function remarksOn({ points, cut, lost }: CircleFindings, read: number): string[] {
  const remarks: string[] = [];
  if (points > 0) {
    const are = points === 1 ? "counts as a point" : "count as points";
    remarks.push(
      `${points} of ${records(read)} ${are}: their uncertainty is missing or not a number above 0`,
    );
  }
  if (cut > 0) {
    const reach = cut === 1 ? "reaches" : "reach";
    remarks.push(
      `${records(cut)} ${reach} beyond the grid with part of their circles: ${Number(lost.toPrecision(3))} of ${cut === 1 ? "it" : "them"} is lost`,
    );
  }
  return remarks;
}

/** The first record with a fault, in the order of the file, ends reading. */
async function refuseFaults({ reader }: TableJob, { counts, broken }: Findings, work: Work): Promise<void> {
  const found: (FoundFault & { reason: Reason })[] = [];
  for (const [reason] of inOrder(counts)) {
    if (!faults.includes(reason)) continue;
    const entry = broken.find((record) => record.reason === reason);
    const line = entry?.lines[0];
    const fault =
      line === undefined
        ? await reader.firstWith(reason, work, true)
        : ({ number: line, unit: "line", ...(entry?.file !== undefined && { file: entry.file }) } as const);
    if (fault) found.push({ ...fault, reason });
  }
  const [first] = found.toSorted((a, b) => naturalOrder(a.file ?? "", b.file ?? "") || a.number - b.number);
  if (!first) return;
  const { number, unit, reason, fields, file = reader.file } = first;
  const message = `${unit === "row" ? `row ${number}: ` : ""}${reasons[reason]}${fields === undefined ? "" : ` (${fields})`}`;
  throw inputError(file, message, {
    ...(unit === "line" ? { line: number } : {}),
    hint: "correct the record, or remove `strict` to continue without it",
  });
}

async function refuseUseless(job: TableJob, grid: Grid, findings: Findings, work: Work): Promise<void> {
  const { counts } = findings;
  const file = job.reader.file;
  // A condition that no record meets has an answer.
  if (counts.has("where")) return;
  // A study area without records has an answer too.
  if (counts.has("masked")) return;
  if (counts.has("outside") || counts.has("domain")) {
    throw inputError(
      file,
      `no record falls on the grid: ${describeExtents(job, grid, await findings.missed())}`,
      {
        hint: "check the grid's bounds, the dataset's `crs`, and that `x` and `y` are not swapped",
      },
    );
  }
  if (counts.has("valueMissing")) return;
  const parts: string[] = [];
  for (const [reason, count] of inOrder(counts)) {
    parts.push(`${count} ${reasons[reason]}${await placeOf(job, reason, findings, work)}`);
  }
  throw inputError(file, `no record can be used: ${parts.join("; ")}`, { hint: hintFor(counts) });
}

function hintFor(counts: ReadonlyMap<Reason, number>): string {
  const [main] = [...counts].toSorted((a, b) => b[1] - a[1])[0]!;
  if (main === "latitude" || main === "longitude") return "are `x` and `y` swapped, or in another `crs`?";
  if (main === "notNumber" || main === "valueNotNumber") {
    return "numbers must be plain decimals such as -65.4; `decimal:`, `delimiter:` and `encoding:` describe how the file writes them";
  }
  if (main === "codeMissing" || main === "noCode") {
    return "check that `code` names the column of the codes";
  }
  return "check that `x`, `y` and `delimiter` fit the file";
}

function describeExtents({ crs, fromGrid }: TableJob, grid: Grid, { own, inGrid }: MissedExtent): string {
  const data = `the records' extent is ${show(own)} in ${crs}`;
  const cells = `the grid's is ${show(grid.bounds)} in ${grid.crs}`;
  if (!fromGrid) return `${data}, ${cells}`;
  const border = borderOf(grid.bounds);
  fromGrid.transform(border.xs, border.ys);
  const back = emptyExtent();
  back.add(border.xs, border.ys);
  const [there, here] = [inGrid, back.bounds].map((bounds) => (bounds ? show(bounds) : "nowhere"));
  return `${data} (${there} in ${grid.crs}), ${cells} (${here} in ${crs})`;
}

/** The position of records with a fault, in parentheses, or nothing. */
async function placeOf(
  { reader }: TableJob,
  reason: Reason,
  { broken }: Findings,
  work: Work,
): Promise<string> {
  const entry = broken.find((record) => record.reason === reason);
  if (entry) return linesOf(entry, within(entry));
  const found = faults.includes(reason) ? await reader.firstWith(reason, work, false) : undefined;
  if (!found) return "";
  return ` (first in ${within(found)}${found.unit} ${found.number}${found.fields === undefined ? "" : `: ${found.fields}`})`;
}

/** The name of the file, if there are several. */
function within({ file }: { readonly file?: string }): string {
  return file === undefined ? "" : `${basename(file)}, `;
}

function inOrder(counts: ReadonlyMap<Reason, number>): [Reason, number][] {
  return (Object.keys(reasons) as Reason[]).flatMap((reason) => {
    const count = counts.get(reason) ?? 0;
    return count > 0 ? [[reason, count] as [Reason, number]] : [];
  });
}

function records(count: number): string {
  return count === 1 ? "1 record" : `${count} records`;
}

function show(bounds: Bounds): string {
  return `[${bounds.map((value) => Number(value.toPrecision(9))).join(", ")}]`;
}
