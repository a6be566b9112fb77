import { quoteLiteral } from "@quadrat/core";
import { tableFromArrays, type RecordBatch, type Vector } from "apache-arrow";
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
  const tested = checks.flatMap(({ points, column }, index) =>
    points ? [{ points, column, fails: failColumn(index) }] : [],
  );
  if (tested.length === 0) return piece;
  const tests = scratch.sql("tests");
  await store.exec(
    `CREATE OR REPLACE TABLE ${tests} (${tested.map(({ fails }) => `${fails} INTEGER`).join(", ")})`,
  );
  const [x, y] = ["x", "y"].map((column) => `CASE WHEN slot >= 0 THEN ${column} ELSE 'NaN' END AS ${column}`);
  const values = tested.flatMap(({ column }, index) =>
    column
      ? [`CASE WHEN slot >= 0 THEN coalesce(${column.alias}::VARCHAR, '') ELSE '' END AS t${index}`]
      : [],
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
            const textAt = textsOf(batch.getChild(`t${index}`));
            const failed = new Int32Array(xs.length).fill(-1);
            for (let row = 0; row < xs.length; row++) {
              if (Number.isFinite(xs[row])) failed[row] = points.test(xs[row]!, ys[row]!, textAt?.(row));
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

/** Most bytes of a text that a double can stand for. */
const shortBytes = 6;

/** Reads the texts of a column without NULLs. Short ones, of which a country's code is one, are decoded once each. */
function textsOf(column: Vector | null): ((row: number) => string) | undefined {
  if (!column) return undefined;
  const { valueOffsets, values } = column.data[0]! as { valueOffsets: Int32Array; values: Uint8Array };
  const known = new Map<number, string>();
  const decode = (row: number): string => column.get(row) as string;
  return (row) => {
    const [from, to] = [valueOffsets[row]!, valueOffsets[row + 1]!];
    if (to - from > shortBytes) return decode(row);
    let key = 1;
    for (let at = from; at < to; at++) key = key * 256 + values[at]!;
    const text = known.get(key) ?? decode(row);
    known.set(key, text);
    return text;
  };
}
