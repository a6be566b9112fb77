import { isNumeric, jsonText, plainText, type QueryResult } from "@quadrat/core/host";
import { displayWidth, shortened } from "../display-width.js";

import { counted } from "../units.js";
import { tableText } from "../table.js";

/** The number of characters after which a value in a table is cut. */
const widest = 60;

/** The first rows of a result as a text table, and the total number of rows. The remaining rows are counted, not kept. */
export async function* tableRows(result: QueryResult, most: number): AsyncGenerator<string> {
  const { names, types } = result;
  if (names.join() === "explain_key,explain_value") {
    yield* planText(result);
    return;
  }
  const rows: string[][] = [];
  let count = 0;
  for await (const chunk of result.chunks()) {
    const wanted = Math.min(chunk.rowCount, Math.max(0, most - count));
    const columns = types.map((_, index) => chunk.getColumnVector(index));
    for (let row = 0; row < wanted; row++) {
      rows.push(
        types.map((type, index) =>
          shortened(plainText(columns[index]!.getItem(row), type), widest, isNumeric(type)),
        ),
      );
    }
    count += chunk.rowCount;
  }
  const header = names.map((name) => shortened(name, widest));
  const rule = header.map((name, index) =>
    "-".repeat(Math.max(...[name, ...rows.map((row) => row[index]!)].map(displayWidth))),
  );
  const alignment = types.map((type) => (isNumeric(type) ? "right" : "left"));
  yield `${tableText([header, rule, ...rows], alignment).join("\n")}\n`;
  const more = count - rows.length;
  yield more > 0
    ? `(${counted(count, "row")}, the first ${rows.length} shown; --rows N shows more, --format csv all)\n`
    : `(${counted(count, "row")})\n`;
}

/** The diagram that EXPLAIN draws. */
async function* planText(result: QueryResult): AsyncGenerator<string> {
  for await (const chunk of result.chunks()) {
    const plans = chunk.getColumnVector(1);
    for (let row = 0; row < chunk.rowCount; row++) yield `${String(plans.getItem(row)).trimEnd()}\n`;
  }
}

/** A result as one JSON array of objects, one row per line. */
export async function* jsonRows(result: QueryResult): AsyncGenerator<string> {
  const { names, types } = result;
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  let first = true;
  yield "[";
  for await (const chunk of result.chunks()) {
    const columns = types.map((_, index) => chunk.getColumnVector(index));
    const lines: string[] = [];
    for (let row = 0; row < chunk.rowCount; row++) {
      const fields = types.map((type, index) => keys[index]! + jsonText(columns[index]!.getItem(row), type));
      lines.push(`${first ? "\n" : ",\n"}{${fields.join(",")}}`);
      first = false;
    }
    yield lines.join("");
  }
  yield first ? "]\n" : "\n]\n";
}
