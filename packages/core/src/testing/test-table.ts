import * as arrow from "apache-arrow";
import { Grid } from "../grid/grid.js";
import type { ColumnType, DataType } from "../raster/raster.js";
import type { Store } from "../store/store.js";
import { columnTypes } from "../store/types.js";
import type { MergedTable } from "../table/exporter.js";

type Value = number | bigint | null;

export interface TestTableOptions {
  readonly rows: number;
  /** Rows of the batches, repeated cyclically; a reader that asks for fewer gets fewer. Default 1000. */
  readonly batchRows?: readonly number[];
  /** Types of the columns after `x` and `y`, which are named after them. Default: all that a dataset may have. */
  readonly types?: readonly DataType[];
  /** Default `EPSG:4326`. */
  readonly crs?: string;
  /** False: `rowCount` is undefined, as for a streamed join. Default true. */
  readonly counted?: boolean;
  /** The value of a row, or null. Default: numbers with NULL and NaN among them. */
  readonly value?: (row: number, type: DataType) => number | null;
  /** Called before each batch is handed out. */
  readonly beforeBatch?: (index: number) => void | Promise<void>;
  /** Where {@link MergedTable.sql} reads from; without it `sql` and `exec` throw. */
  readonly store?: Store;
}

/** Texts aside, which have no numbers. */
const allTypes = (Object.keys(columnTypes) as ColumnType[]).filter(
  (type): type is DataType => type !== "text",
);

const width = 1000;

/** Cells with a gap after every ten rows, as a join leaves them. */
const cellOf = (row: number): number => row + Math.floor(row / 10);

/** A merged table whose rows are generated as they are read: any number of them, and none is kept. */
export function testTable(options: TestTableOptions): MergedTable {
  const { rows, batchRows = [1000], types = allTypes, counted = true, beforeBatch, store } = options;
  const height = Math.max(1, Math.ceil((cellOf(rows) + 1) / width));
  const grid = new Grid({
    crs: options.crs ?? "EPSG:4326",
    resolution: [0.01, 0.01],
    bounds: [0, 50 - height / 100, width / 100, 50],
  });
  const value = options.value ?? usualValue;
  const schema = new arrow.Schema([
    new arrow.Field("x", new arrow.Float64(), false),
    new arrow.Field("y", new arrow.Float64(), false),
    ...types.map((type) => new arrow.Field(type, columnTypes[type].arrow(), true)),
  ]);
  const column = (from: number, to: number, of: (row: number) => Value, type: arrow.DataType): arrow.Data => {
    const values = Array.from({ length: to - from }, (_, index) => of(from + index));
    return arrow.vectorFromArray(values, type).data[0]!;
  };
  const batch = (from: number, to: number): arrow.RecordBatch => {
    const children = [
      centres(from, to, (cell) => grid.x.centre(cell % width)),
      centres(from, to, (cell) => grid.y.centre(Math.floor(cell / width))),
      ...types.map((type) =>
        column(from, to, (row) => typed(value(row, type), type), columnTypes[type].arrow()),
      ),
    ];
    const type = new arrow.Struct(schema.fields);
    return new arrow.RecordBatch(schema, arrow.makeData({ type, length: to - from, nullCount: 0, children }));
  };
  async function* batches({ rows: most = Infinity }: { readonly rows?: number } = {}) {
    for (let from = 0, index = 0; from < rows; index++) {
      await beforeBatch?.(index);
      const to = Math.min(rows, from + Math.min(most, batchRows[index % batchRows.length]!));
      yield batch(from, to);
      from = to;
    }
  }
  const inStore = (): Store => {
    if (store) return store;
    throw new Error("this table is not in a database");
  };
  return {
    schema,
    grid,
    rowCount: counted ? rows : undefined,
    batches,
    sql: () => {
      inStore();
      return "SELECT * FROM main.test_table";
    },
    exec: (statement) => inStore().exec(statement),
    summary: () => Promise.resolve({ rows, columns: [] }),
  };
}

/** Puts the rows of a table into a store, where its `sql` finds them. */
export async function storeTable(table: MergedTable, store: Store): Promise<void> {
  const columns = table.schema.fields.map(({ name }) => `"${name}" ${sqlType(name)}`);
  await store.exec(`CREATE OR REPLACE TABLE main.test_table (${columns.join(", ")})`);
  await store.append({ schema: "main", table: "test_table" }, table.batches());
}

function centres(from: number, to: number, of: (cell: number) => number): arrow.Data {
  const data = Float64Array.from({ length: to - from }, (_, index) => of(cellOf(from + index)));
  return arrow.makeData({ type: new arrow.Float64(), length: to - from, nullCount: 0, data });
}

function sqlType(name: string): string {
  return columnTypes[name as DataType]?.sql ?? "DOUBLE";
}

const ranges: Partial<Record<DataType, number>> = { int8: 128, uint8: 256, int16: 32_768, uint16: 65_536 };

function usualValue(row: number, type: DataType): number | null {
  if (row % 3 === 0) return null;
  if (type === "float64" && row % 7 === 1) return NaN;
  if (type.startsWith("float")) return Math.sin(row) * 10 ** ((row % 40) - 20);
  const magnitude = (row * 7919) % (ranges[type] ?? 2 ** 31);
  return type.startsWith("u") || row % 2 === 0 ? magnitude : -magnitude;
}

function typed(value: number | null, type: DataType): Value {
  return value !== null && (type === "int64" || type === "uint64") ? BigInt(value) : value;
}
