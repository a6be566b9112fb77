import { readError, type Reason } from "../faults.js";
import { judge, type Rules } from "../judge.js";
import { openMemoryStore } from "../memory-store.js";
import type { TableReader, Work } from "../reader.js";
import { asText } from "./column-values.js";
import { keepGeometriesRaw } from "./read-parquet.js";
import type { Reading } from "./reading.js";
import { readRows } from "./rows.js";

/** The number of records whose codes show of which kind they are. */
const sampledCodes = 1000;

export async function sampleCodes(path: string, readings: readonly Reading[]): Promise<string[]> {
  const store = await openMemoryStore();
  try {
    await keepGeometriesRaw(store);
    const found: string[] = [];
    for (const reading of readings) {
      const code = `(${asText(reading.x, ".")})`;
      const source = `SELECT ${code} AS code FROM ${readRows(reading, [reading.file.literal])} LIMIT ${sampledCodes}`;
      const rows = await store.rows<{ code: string }>(
        `SELECT DISTINCT code FROM (${source}) WHERE code IS NOT NULL ORDER BY code`,
      );
      found.push(...rows.map(({ code: text }) => text));
      if (found.length >= sampledCodes) break;
    }
    return found;
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    await store.close();
  }
}

/** The first record with a fault in its code: these are found only by decoding. */
export async function firstWithCode(
  { store }: Work,
  select: string,
  forms: TableReader["forms"],
  rules: Rules,
  reason: Reason,
): Promise<number | undefined> {
  for await (const batch of store.query(`SELECT x, row::DOUBLE AS row FROM (${select})`)) {
    const [codes, rows] = [batch.getChild("x")!, batch.getChild("row")!];
    for (let i = 0; i < batch.numRows; i++) {
      const code = (codes.get(i) as string | null) ?? "";
      if (judge(code, code, "", forms, { ...rules, third: "none" }) === reason) return rows.get(i) as number;
    }
  }
  return undefined;
}
