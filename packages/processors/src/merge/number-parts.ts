import {
  columnTypes,
  qualify,
  quoteIdentifier,
  returnBatch,
  type StagedDataset,
  type Store,
} from "@quadrat/core";
import { rowGroupRows } from "@quadrat/core/base";
import { partOf } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import { sampleType } from "../staging/sample-type.js";
import { factsOf, tableOf, type MergeColumn } from "./merge-query.js";
import { RoundColumn } from "./round-column.js";
import { placeLists, readLists } from "./row-lists.js";

/** The table of the values, or of the numbers of lists, of the dataset whose columns are being written. */
export const valuesTable = qualify({ schema: "main", table: "listed_values" });
/** The table of the columns that are written at once. */
export const partTable = qualify({ schema: "main", table: "table_part" });
/** Columns of a dataset of several that are written at once, as a dense table of a row group at a time. */
export const columnsAtOnce = 16;

/**
 * SELECTs of some columns each of a dense dataset whose table has the numbers of lists. Each is of a table that exists until the next
 * is requested.
 * @param kept a table that says which cells are rows; all are if it is undefined
 */
export async function* partsOfNumbers(
  store: Store,
  dataset: StagedDataset,
  columns: readonly MergeColumn[],
  { kept, rows }: { readonly kept: string | undefined; readonly rows: number },
): AsyncGenerator<string> {
  const dataType = sampleType(dataset.dataType);
  const source = tableOf(dataset);
  if (kept !== undefined)
    await store.exec(
      `CREATE OR REPLACE TABLE ${valuesTable} AS SELECT list FROM (SELECT list FROM ${source})
       POSITIONAL JOIN (SELECT keep FROM ${kept}) WHERE keep = 1`,
    );
  const numbers = kept === undefined ? source : valuesTable;
  for (let first = 0; first < columns.length; first += columnsAtOnce) {
    const group = columns.slice(first, first + columnsAtOnce);
    // Most values are those of their neighbours, and trying other ways takes longer than all the rest.
    const types = group.map(
      (column) =>
        `${quoteIdentifier(factsOf(column).name)} ${columnTypes[dataType].sql} USING COMPRESSION rle`,
    );
    await store.exec(`CREATE OR REPLACE TABLE ${partTable} (${types.join(", ")})`);
    await store.append({ schema: "main", table: "table_part" }, listedBlocks(store, numbers, group, rows));
    yield `SELECT * FROM ${partTable}`;
  }
  await store.exec(`DROP TABLE IF EXISTS ${valuesTable}`);
}

/** Some columns of all rows, from the lists of these. */
async function* listedBlocks(
  store: Store,
  numbers: string,
  group: readonly MergeColumn[],
  rows: number,
): AsyncGenerator<arrow.RecordBatch> {
  const [{ dataset }] = group as [MergeColumn];
  const type = columnTypes[dataset.dataType].arrow();
  const capacity = Math.min(rows, rowGroupRows);
  const columns = group.map(({ fill }) => new RoundColumn(type, capacity, fill));
  const positions = new Map(group.map(({ part }, index) => [partOf(dataset, part!), index]));
  const fields = group.map((column) => new arrow.Field(factsOf(column).name, type, true));
  const struct = new arrow.Struct(fields);
  for (let first = 0; first < rows; first += rowGroupRows) {
    const end = Math.min(rows, first + rowGroupRows);
    for (const column of columns) column.begin();
    placeLists(
      await readLists(store, dataset.name, numbers, { first, end }),
      columns,
      positions,
      dataset.absent!,
    );
    const children = columns.map((column) => column.slice(0, end - first));
    const data = arrow.makeData({ type: struct, length: end - first, nullCount: 0, children });
    const batch = new arrow.RecordBatch(new arrow.Schema(fields), data);
    yield batch;
    returnBatch(batch);
  }
}
