import {
  describeStore,
  relationText,
  withReader,
  type StoreColumn,
  type StoreTable,
} from "@quadrat/core/host";
import { shortened } from "../display-width.js";
import type { Output } from "../output.js";
import { shortPath } from "../report.js";
import { interruptible } from "../signals.js";
import { readerOptions, storeOf, type StoreOptions } from "../store-options.js";
import { tableText } from "../table.js";
import { formatBytes, formatCount } from "../units.js";

/** Lists the tables and views of the store. */
export async function run(options: StoreOptions, output: Output): Promise<void> {
  const store = await storeOf(options);
  const tables = await interruptible(
    output,
    (signal) => withReader(store, { ...readerOptions(options, output), signal }, describeStore),
    "",
  );
  output.result(output.json ? `${JSON.stringify({ store, tables }, null, 2)}\n` : tablesText(store, tables));
}

/** Columns of one table that are listed line by line. */
const listedColumns = 50;

function tablesText(store: string, tables: readonly StoreTable[]): string {
  const rows = tables.flatMap((table) => {
    const { rows: count, columns, bytes } = table;
    const values = columns.filter((column) => column.null_share !== null || column.max !== null);
    const own = table.schema === "staged" && values.length === 1 ? factsOf(values[0]!) : ["", "", "", ""];
    const line = [
      shortened(relationText(table), 60),
      formatCount(count),
      String(columns.length),
      ...own,
      bytes === null ? "" : formatBytes(bytes),
    ];
    const inside =
      own[0] === "" && values.length <= listedColumns
        ? values.map((column) => [`  ${shortened(column.name, 58)}`, "", "", ...factsOf(column)])
        : [];
    return [line, ...inside];
  });
  const header = ["", "rows", "columns", "type", "NULL", "min", "max", "size"];
  const alignment = ["left", "right", "right", "left", "right", "right", "right", "right"] as const;
  return `${shortPath(store)}\n${tableText([header, ...rows], alignment).join("\n")}\n`;
}

function factsOf({ type, null_share: share, min, max }: StoreColumn): string[] {
  const percent = share === null ? "" : `${(share * 100).toFixed(1)} %`;
  return [type, percent, numberText(min), numberText(max)];
}

function numberText(value: number | null): string {
  return value === null ? "" : String(Number(value.toPrecision(7)));
}
