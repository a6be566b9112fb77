import type { PlannedCheck } from "../checks/plan.js";
import { sqlName } from "../measures/spread.js";
import { slotOf } from "../place.js";
import type { TableJob } from "../table-job.js";

/** The column of a check in a query of records: NULL for a record that passes, else a number that explains why it does not. */
export function failColumn(index: number): string {
  return `k${index}`;
}

/** The condition for each check that a record fails it. */
export function sqlFails(checks: readonly PlannedCheck[]): string[] {
  return checks.map((_, index) => `${failColumn(index)} IS NOT NULL`);
}

/**
 * Adds the columns of checks to records: those of tests of points exist already, those of comparisons are NULL until all records
 * are known.
 */
export function sqlChecked(checks: readonly PlannedCheck[], records: string): string {
  if (checks.length === 0) return records;
  const columns = checks.flatMap((check, index) => {
    if (check.points) return [];
    const fails = check.sql === undefined ? "false" : `slot >= 0 AND (${check.sql})`;
    return [`CASE WHEN ${fails} THEN 0::BIGINT END AS ${failColumn(index)}`];
  });
  return `(SELECT ${["*", ...columns].join(", ")} FROM ${records})`;
}

/** Adds `final`: the slot after checks that leave records out. */
export function sqlSettled(checks: readonly PlannedCheck[], checked: string): string {
  const dropping = sqlFails(checks).filter((_, index) => checks[index]!.drop);
  const final =
    dropping.length === 0
      ? "slot"
      : `CASE WHEN slot >= 0 AND (${dropping.join(" OR ")}) THEN ${slotOf("check")} ELSE slot END`;
  return `SELECT *, ${final} AS final FROM ${checked}`;
}

/** SQL of the species' name, NULL without one; undefined if the dataset names no species. */
export function sqlSpecies(job: TableJob): string | undefined {
  if (job.species === undefined) return undefined;
  if (job.rules.third === "name") return "v";
  const { species } = job.further;
  return species && sqlName(job.reader.file, species);
}

/** What the measure is made from, besides the slot. */
export function sqlGiven({ spread }: TableJob): string {
  return ["x", "y", "v", ...(spread ? [`${spread.label} AS label`] : [])].join(", ");
}
