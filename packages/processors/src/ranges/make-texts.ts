import { quoteLiteral } from "@quadrat/core";
import { cellRanges, rowGroupRows } from "@quadrat/core/base";
import { CellBatches } from "./cells/cell-batches.js";
import type { Made } from "./made.js";
import { leastOf, valuesOfLargest } from "./measures/value.js";
import { watched } from "./store-cells.js";

/** Creates the table of cells that get a text. */
export async function makeTexts({ job, target, scratch, records, polygons }: Made): Promise<void> {
  const { store, table, grid } = target;
  const codes = new Map<string, number>();
  const codeOf = (polygon: number): number => {
    const value = polygons.values[polygon];
    if (value === null || value === undefined) return NaN;
    const text = String(value);
    const found = codes.get(text) ?? codes.size;
    codes.set(text, found);
    return found;
  };
  const coded = scratch.table("coded");
  const sink = new CellBatches("uint32", false);
  const batches = valuesOfLargest(records, grid, leastOf(job.plan), codeOf, sink);
  await store.exec(`CREATE TABLE ${scratch.sql("coded")} (cell BIGINT, value UINTEGER)`);
  const rows = await store.append(coded, watched(batches, target.signal));
  await store.exec(`CREATE TABLE ${scratch.sql("texts")} (code UINTEGER, value VARCHAR)`);
  const texts = [...codes];
  for (let from = 0; from < texts.length; from += 1000) {
    const some = texts.slice(from, from + 1000).map(([text, code]) => `(${code}, ${quoteLiteral(text)})`);
    await store.exec(`INSERT INTO ${scratch.sql("texts")} VALUES ${some.join(", ")}`);
  }
  await store.exec(`CREATE OR REPLACE TABLE ${table} (cell BIGINT, value VARCHAR)`);
  // The cells ascend already. To sort all of them with their texts would take more memory than there may be.
  for (const { first, end } of cellRanges(rows, rowGroupRows)) {
    target.signal.throwIfAborted();
    await store.exec(
      `INSERT INTO ${table} SELECT cell, texts.value FROM ` +
        `(SELECT cell, value FROM ${scratch.sql("coded")} WHERE rowid >= ${first} AND rowid < ${end}) AS cells ` +
        `JOIN ${scratch.sql("texts")} AS texts ON texts.code = cells.value ORDER BY cell`,
    );
  }
}

