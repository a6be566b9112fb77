import {
  columnTypes,
  qualify,
  quoteIdentifier,
  returnBatch,
  type CellRange,
  type DataType,
  type Grid,
  type StagedDataset,
  type Store,
} from "@quadrat/core";
import { sampleType } from "../staging/sample-type.js";
import { rowGroupRows } from "@quadrat/core/base";
import { inGroups, partOf } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import type { CellDescriber } from "../cells/describe-cells.js";
import { allocateValues, type ColumnValues } from "../staging/column.js";
import { describedCells, dropDescribedCells, writeDescribedCells } from "./described-cells.js";
import { columnsAtOnce, partsOfNumbers, partTable, valuesTable } from "./number-parts.js";
import { factsOf, literal, partQueries, tableOf, type Join, type MergeColumn } from "./merge-query.js";

const rowsTable = qualify({ schema: "main", table: "kept_rows" });

/**
 * SELECTs of the merged rows, the coordinates first and then some columns each, of a table in which datasets have several
 * columns. Each part is written to a table of its own before it is selected, so that all have the same full vectors; the table
 * exists until the next part is requested.
 * @param options.kept of dense datasets: a table that says which cells are kept, undefined if all are
 * @param options.describer makes columns that describe the cells, after the coordinates
 */
export async function* listParts(
  store: Store,
  grid: Grid,
  columns: readonly MergeColumn[],
  join: Join,
  { kept, describer }: { readonly kept?: string | undefined; readonly describer?: CellDescriber | undefined },
): AsyncGenerator<string> {
  const { x, y } = grid.sqlCentre("cell");
  const isSparse = columns.some(({ dataset }) => dataset.layout === "sparse");
  const all = !isSparse && kept === undefined;
  try {
    if (!all) await store.exec(`CREATE OR REPLACE TABLE ${rowsTable} AS ${keptRows(columns, join, kept)}`);
    const cells = all ? `range(${grid.size}) AS cells(cell)` : rowsTable;
    const rows = all ? grid.size : await countOf(store, rowsTable);
    if (describer) {
      await writeDescribedCells(store, grid, describer, `SELECT cell FROM ${cells}`);
      yield `SELECT * FROM ${describedCells}`;
      await dropDescribedCells(store);
    } else yield `SELECT ${x} AS x, ${y} AS y FROM ${cells}`;
    for (const run of runsOf(columns)) {
      const [{ dataset }] = run as [MergeColumn];
      if (dataset.lists) yield* partsOfNumbers(store, dataset, run, { kept, rows });
      else if (dataset.columns) yield* partsOfLists(store, dataset, run, { all, rows });
      else if (isSparse) {
        await store.exec(`CREATE OR REPLACE TABLE ${partTable} AS ${sparseColumn(run[0]!)}`);
        yield `SELECT * FROM ${partTable}`;
      } else {
        for (const select of partQueries(inGroups(run), grid, kept, false)) {
          await store.exec(`CREATE OR REPLACE TABLE ${partTable} AS ${select}`);
          yield `SELECT * FROM ${partTable}`;
        }
      }
    }
  } finally {
    for (const table of [rowsTable, valuesTable, partTable, describedCells])
      await store.exec(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** Neighbours that can be written together: those of one dataset, or of dense tables of a single column. */
function runsOf(columns: readonly MergeColumn[]): MergeColumn[][] {
  const runs: MergeColumn[][] = [];
  const alone = ({ layout, columns: parts }: StagedDataset): boolean =>
    layout === "dense" && parts === undefined;
  for (const column of columns) {
    const last = runs.at(-1)?.[0]?.dataset;
    if (last && (last === column.dataset || (alone(last) && alone(column.dataset))))
      runs.at(-1)!.push(column);
    else runs.push([column]);
  }
  return runs;
}

/** The cells that are kept, ascending, so that the number of a row is its position in the merged table. */
function keptRows(columns: readonly MergeColumn[], join: Join, kept: string | undefined): string {
  if (kept !== undefined) return `SELECT rowid AS cell FROM ${kept} WHERE keep = 1`;
  const cells = [...new Set(columns.map(({ dataset }) => dataset))].map(
    (dataset) => `(SELECT cell FROM ${tableOf(dataset)})`,
  );
  return `SELECT cell FROM (${cells.join(join === "inner" ? " INTERSECT " : " UNION ")}) ORDER BY cell`;
}

function sparseColumn(column: MergeColumn): string {
  const { dataset, fill } = column;
  const value = fill === undefined ? "value" : `coalesce(value, ${literal(fill, dataset)})`;
  return (
    `SELECT ${value} AS ${quoteIdentifier(factsOf(column).name)} FROM (SELECT rowid AS pos, cell FROM ${rowsTable}) ` +
    `LEFT JOIN ${tableOf(dataset)} USING (cell) ORDER BY pos`
  );
}

async function* partsOfLists(
  store: Store,
  dataset: StagedDataset,
  columns: readonly MergeColumn[],
  { all, rows }: { readonly all: boolean; readonly rows: number },
): AsyncGenerator<string> {
  const dataType = sampleType(dataset.dataType);
  await store.exec(
    `CREATE OR REPLACE TABLE ${valuesTable} AS ${listedValues(dataset, all)} ORDER BY part, pos`,
  );
  const full = dataset.absent !== undefined;
  const block = new Block(Math.min(rows, rowGroupRows), dataType, Math.min(columns.length, columnsAtOnce));
  for (let first = 0; first < columns.length; first += columnsAtOnce) {
    const group = columns.slice(first, first + columnsAtOnce);
    const types = group.map(
      (column) => `${quoteIdentifier(factsOf(column).name)} ${columnTypes[dataType].sql}`,
    );
    await store.exec(`CREATE OR REPLACE TABLE ${partTable} (${types.join(", ")})`);
    const values = store.query(
      `SELECT (part - ${first})::INTEGER AS part, pos::DOUBLE AS pos, value FROM ${valuesTable}
       WHERE part >= ${first} AND part < ${first + group.length} ${full ? "OR part = -1 ORDER BY pos, part" : "ORDER BY pos"}`,
      { rows: () => 65_536 },
    );
    await store.append({ schema: "main", table: "table_part" }, blocks(values, block, group, rows));
    yield `SELECT * FROM ${partTable}`;
  }
  await store.exec(`DROP TABLE ${valuesTable}`);
}

/**
 * A SELECT of the values of a dataset in the kept rows: the position of the column, the number of the row, and the value. If
 * all columns have a value where one has, there is another for the row as such, with the position -1.
 */
function listedValues({ name, columns, absent, dataType }: StagedDataset, all: boolean): string {
  // The lists as they were staged, also of a dataset that has been made dense.
  const cells = tableOf({ name, layout: "sparse" });
  const placed = all
    ? `SELECT cell AS pos, parts, vals FROM ${cells}`
    : `SELECT pos, parts, vals FROM ${cells} JOIN (SELECT rowid AS pos, cell FROM ${rowsTable}) USING (cell)`;
  const values = `SELECT unnest(parts) AS part, pos, unnest(vals) AS value FROM (${placed})`;
  if (absent === undefined) return `SELECT part, pos, value FROM (${values})`;
  const numbers = columns!.map((_, position) => partOf({ columns: columns! }, position)).join(", ");
  const positions = `SELECT unnest([${numbers}]) AS part, unnest(range(${columns!.length})) AS position`;
  return `
    SELECT position AS part, pos, value FROM (${values}) JOIN (${positions}) USING (part)
    UNION ALL SELECT -1, pos, CAST(${absent} AS ${columnTypes[dataType].sql}) FROM (${placed})`;
}

/** Some columns of all rows, from their values in the order of the rows. Each batch is overwritten by the next. */
async function* blocks(
  values: AsyncIterable<arrow.RecordBatch>,
  block: Block,
  columns: readonly MergeColumn[],
  rows: number,
): AsyncGenerator<arrow.RecordBatch> {
  block.begin({ first: 0, end: Math.min(rows, rowGroupRows) }, columns);
  const next = (): void => {
    const { end } = block.range;
    block.begin({ first: end, end: Math.min(rows, end + rowGroupRows) }, columns);
  };
  for await (const batch of values) {
    const [parts, places, given] = batch.data.children.map((child) => child.values as ColumnValues);
    for (let index = 0; index < batch.numRows; index++) {
      const row = (places as Float64Array)[index]!;
      while (row >= block.range.end) {
        yield block.batch();
        next();
      }
      const part = (parts as Int32Array)[index]!;
      if (part < 0) block.setAll(row, given![index]!);
      else block.set(part, row, given![index]!);
    }
    returnBatch(batch);
  }
  for (;;) {
    yield block.batch();
    if (block.range.end >= rows) return;
    next();
  }
}

/** Consecutive rows of some columns of the same type, whose memory is used again. */
class Block {
  #range: CellRange = { first: 0, end: 0 };
  readonly #type: DataType;
  readonly #values: readonly ColumnValues[];
  readonly #validity: readonly Uint8Array<ArrayBuffer>[];
  #columns: readonly MergeColumn[] = [];
  readonly #nulls: number[];

  constructor(rows: number, type: DataType, columns: number) {
    this.#type = type;
    this.#values = Array.from({ length: columns }, () => allocateValues(type, rows));
    this.#validity = this.#values.map(() => new Uint8Array(Math.ceil(rows / 8)));
    this.#nulls = this.#values.map(() => 0);
  }

  get range(): CellRange {
    return this.#range;
  }

  begin(range: CellRange, columns: readonly MergeColumn[]): void {
    this.#range = range;
    this.#columns = columns;
    for (const [index, { fill }] of columns.entries()) {
      const values = this.#values[index]!;
      if (values instanceof BigInt64Array || values instanceof BigUint64Array) values.fill(BigInt(fill ?? 0));
      else values.fill(fill ?? 0);
      this.#validity[index]!.fill(0);
      this.#nulls[index] = fill === undefined ? range.end - range.first : 0;
    }
  }

  set(part: number, row: number, value: number | bigint): void {
    const index = row - this.#range.first;
    this.#values[part]![index] = value;
    if (this.#columns[part]!.fill !== undefined) return;
    const [validity, bit] = [this.#validity[part]!, 1 << (index & 7)];
    if ((validity[index >> 3]! & bit) !== 0) return;
    validity[index >> 3]! |= bit;
    this.#nulls[part]!--;
  }

  setAll(row: number, value: number | bigint): void {
    for (let part = 0; part < this.#columns.length; part++) this.set(part, row, value);
  }

  batch(): arrow.RecordBatch {
    const length = this.#range.end - this.#range.first;
    const type = columnTypes[this.#type].arrow();
    const fields = this.#columns.map((column) => new arrow.Field(factsOf(column).name, type, true));
    const struct = new arrow.Struct(fields);
    const children = this.#columns.map((_, index) => {
      const nulls = this.#nulls[index]!;
      return arrow.makeData({
        type: type as arrow.Float,
        length,
        nullCount: nulls,
        data: this.#values[index]!.subarray(0, length) as Float32Array,
        ...(nulls > 0 && { nullBitmap: this.#validity[index]! }),
      });
    });
    return new arrow.RecordBatch(
      new arrow.Schema(fields),
      arrow.makeData({ type: struct, length, nullCount: 0, children }),
    );
  }
}

async function countOf(store: Store, table: string): Promise<number> {
  const [row] = await store.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${table}`);
  return row!.n;
}
