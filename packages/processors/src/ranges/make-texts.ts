import { quoteLiteral } from "@quadrat/core";
import { cellRanges, committedCells } from "@quadrat/core/base";
import type { CellSink } from "./cells/cell-sink.js";
import type { Made } from "./made.js";
import { leastOf, valuesOfLargest } from "./measures/value.js";
import { fill } from "./store-cells.js";

/** The texts of a statement that writes them down. */
const textsAtOnce = 1000;

/**
 * Creates the table of cells that get a text. They get its number first; then numbers are replaced by texts, in the order of cells
 * and so few at a time that little memory is enough.
 * @param sink makes batches of numbers
 */
export async function makeTexts(made: Made, sink: CellSink, isDense: boolean): Promise<void> {
  const { job, target, scratch, records, polygons } = made;
  const { store, grid, signal } = target;
  const codes = new Map<string, number>();
  const codeOf = (polygon: number): number => {
    const value = polygons.values[polygon];
    if (value === null || value === undefined) return NaN;
    const text = String(value);
    const found = codes.get(text) ?? codes.size;
    codes.set(text, found);
    return found;
  };
  const [coded, texts] = [scratch.sql("coded"), scratch.sql("texts")];
  const batches = valuesOfLargest(records, grid, leastOf(job.plan), codeOf, sink);
  const layout = isDense ? "dense" : "sparse";
  const rows = await fill({ store, signal, table: coded, dense: coded }, "uint32", batches, layout);
  await store.exec(`CREATE TABLE ${texts} (code UINTEGER, value VARCHAR)`);
  const all = [...codes];
  for (let from = 0; from < all.length; from += textsAtOnce) {
    const some = all
      .slice(from, from + textsAtOnce)
      .map(([text, code]) => `(${code}, ${quoteLiteral(text)})`);
    await store.exec(`INSERT INTO ${texts} VALUES ${some.join(", ")}`);
  }
  const table = isDense ? target.dense! : target.table;
  const cell = isDense ? "" : "cell, ";
  await store.exec(`CREATE OR REPLACE TABLE ${table} (${isDense ? "" : "cell BIGINT, "}value VARCHAR)`);
  for (const { first, end } of cellRanges(rows, committedCells)) {
    signal.throwIfAborted();
    await store.exec(`
      SET VARIABLE texts_of_cells = (SELECT list(value ORDER BY code) FROM ${texts});
      INSERT INTO ${table} SELECT ${cell}getvariable('texts_of_cells')[value + 1]
      FROM ${coded} WHERE rowid >= ${first} AND rowid < ${end};
      RESET VARIABLE texts_of_cells`);
  }
}
