import { quoteLiteral } from "@quadrat/core";
import { tableFromArrays, type RecordBatch } from "apache-arrow";
import type { PlannedCheck } from "../checks/plan.js";
import { toDegrees } from "../checks/degrees.js";
import { batchRows } from "../place.js";
import type { Work } from "../reader.js";
import type { Scratch } from "../scratch.js";
import type { TableJob } from "../table-job.js";
import { failColumn } from "./checked.js";

/** Texts of verdicts that one statement inserts. */
const textsAtOnce = 1000;

/** Whether verdicts of a check have a text each. */
export function hasTexts({ points }: PlannedCheck): boolean {
  return points?.texts.some((text) => text !== "") ?? false;
}

/** The table of the texts of a check. */
export function textsTable(scratch: Scratch, index: number): string {
  return scratch.sql(`texts ${index}`);
}

/** Writes the texts of tests of points, which verdicts refer to by their number. */
export async function writeTexts(checks: readonly PlannedCheck[], { store, scratch }: Work): Promise<void> {
  for (const [index, check] of checks.entries()) {
    if (!hasTexts(check)) continue;
    const { texts } = check.points!;
    const table = textsTable(scratch, index);
    await store.exec(`CREATE OR REPLACE TABLE ${table} (id BIGINT, text VARCHAR)`);
    for (let from = 0; from < texts.length; from += textsAtOnce) {
      const rows = texts
        .slice(from, from + textsAtOnce)
        .map((text, row) => `(${from + row}, ${quoteLiteral(text)})`);
      await store.exec(`INSERT INTO ${table} VALUES ${rows.join(", ")}`);
    }
  }
}

/** Tests the points of records in batches, and adds the columns of the tests to them. */
export async function testPoints(
  { crs, checks: { checks } }: TableJob,
  { store, scratch, signal }: Work,
  piece: string,
): Promise<string> {
  const tested = checks.flatMap(({ points, value }, index) =>
    points ? [{ points, value, fails: failColumn(index) }] : [],
  );
  if (tested.length === 0) return piece;
  const tests = scratch.sql("tests");
  await store.exec(
    `CREATE OR REPLACE TABLE ${tests} (${tested.map(({ fails }) => `${fails} INTEGER`).join(", ")})`,
  );
  const [x, y] = ["x", "y"].map((column) => `CASE WHEN slot >= 0 THEN ${column} ELSE 'NaN' END AS ${column}`);
  const values = tested.flatMap(({ value }, index) =>
    value === undefined ? [] : [`CASE WHEN slot >= 0 THEN ${value} ELSE 0 END AS t${index}`],
  );
  const stream = store.query(`SELECT ${[x, y, ...values].join(", ")} FROM ${piece}`, {
    rows: () => batchRows,
  });
  const inDegrees = toDegrees(crs);
  const batches = async function* (): AsyncGenerator<RecordBatch> {
    for await (const batch of stream) {
      signal.throwIfAborted();
      const [xs, ys] = inDegrees(batch);
      yield* tableFromArrays(
        Object.fromEntries(
          tested.map(({ points, fails }, index) => {
            const values = batch.getChild(`t${index}`)?.toArray() as Int32Array | undefined;
            const failed = new Int32Array(xs.length).fill(-1);
            for (let row = 0; row < xs.length; row++) {
              if (Number.isFinite(xs[row])) failed[row] = points.test(xs[row]!, ys[row]!, values?.[row]);
            }
            return [fails, failed];
          }),
        ),
      ).batches;
    }
  };
  await store.append(scratch.table("tests"), batches(), { commitEvery: 1 << 22 });
  const found = tested.map(({ fails }) => `CASE WHEN ${fails} >= 0 THEN ${fails}::BIGINT END AS ${fails}`);
  return `${piece} POSITIONAL JOIN (SELECT ${found.join(", ")} FROM ${tests})`;
}
