import { columnTypes, quoteLiteral, type ColumnType, type Store } from "@quadrat/core";
import { recordBatch } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import { pointParts } from "./point-rows.js";
import { openScatter, type Scatter } from "./scatter.js";
import type { PlannedColumn } from "./value-plan.js";

/** Columns of one table: DuckDB holds a block of each while it is appended to. */
export const mostColumns = 32;

const rowsAtOnce = 1 << 16;
const textsAtOnce = 1000;

/** Some columns of the table of points, whose values come in any order of rows. */
export interface ValueTable {
  readonly columns: readonly PlannedColumn[];
  /** Puts values into rows, a column after the other: numbers, or what {@link code} gives for texts. NaN is NULL. */
  readonly put: Scatter["put"];
  /** The number that stands for a text. */
  code(column: number, text: string): number;
  /** Writes the values into the store in the order of rows. */
  write(signal: AbortSignal): Promise<void>;
  /** SQL of the value of a column, from the table under its {@link alias}. */
  sql(column: number): string;
  readonly table: string;
  readonly alias: string;
  close(): void;
}

/**
 * Tables for columns: those that take the cells' values first, then those of each raster's geometry, since all pixels of one geometry
 * are read together.
 */
export function openValueTables(
  columns: readonly PlannedColumn[],
  options: Pick<ValueTableOptions, "store" | "rows" | "path"> & { readonly memoryBytes: number },
): ValueTable[] {
  const byPlace = new Map<string, PlannedColumn[]>();
  for (const column of columns) {
    const key = placeKey(column);
    byPlace.set(key, [...(byPlace.get(key) ?? []), column]);
  }
  const groups = [...byPlace.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / mostColumns) }, (_, group) =>
      all.slice(group * mostColumns, (group + 1) * mostColumns),
    ),
  );
  const { store, rows, path, memoryBytes } = options;
  const bytes = (memoryBytes * valuesShare) / groups.length;
  return groups.map((group, number) =>
    openValueTable({ store, number, columns: group, rows, bytes, path: `${path}.${number}` }),
  );
}

/** The share of memory for values that wait to be written. */
const valuesShare = 0.1;

function placeKey({ raster }: PlannedColumn): string {
  if (!raster) return "cell";
  const { width, height, affine } = raster.source;
  return JSON.stringify([width, height, ...(Object.values(affine) as number[]), raster.crs]);
}

interface ValueTableOptions {
  readonly store: Store;
  /** Its number among these tables. */
  readonly number: number;
  readonly columns: readonly PlannedColumn[];
  readonly rows: number;
  /** Memory for values. */
  readonly bytes: number;
  /** Path of a file for values, if there is not enough memory. */
  readonly path: string;
}

function openValueTable(options: ValueTableOptions): ValueTable {
  const { store, number, columns, rows, bytes, path } = options;
  const scatter = openScatter({ rows, columns: columns.length, bytes, path });
  const table = `${pointParts}.values_${number}`;
  const alias = `v${number}`;
  const texts = columns.map(({ type }) => (type === "text" ? new Map<string, number>() : undefined));
  const textsOf = (column: number): string => `${pointParts}.texts_${number}_${column}`;

  return {
    columns,
    table,
    alias,
    put: (count, at, values) => scatter.put(count, at, values),
    code(column, text) {
      const known = texts[column]!;
      let code = known.get(text);
      if (code === undefined) known.set(text, (code = known.size));
      return code;
    },
    async write(signal) {
      const types = columns.map(({ type }) => (type === "text" ? "uint32" : type));
      const list = types.map((type, c) => `c${c} ${columnTypes[type].sql}`).join(", ");
      await store.exec(`CREATE OR REPLACE TABLE ${table} (${list})`);
      const name = { schema: pointParts, table: `values_${number}` };
      await store.append(name, batches(scatter, types, columns, signal), { commitEvery: 1 << 20 });
      for (const [column, known] of texts.entries()) {
        if (!known) continue;
        await store.exec(`CREATE OR REPLACE TABLE ${textsOf(column)} (code UINTEGER, text VARCHAR)`);
        const all = [...known];
        for (let from = 0; from < all.length; from += textsAtOnce) {
          const rows = all.slice(from, from + textsAtOnce);
          const values = rows.map(([text, code]) => `(${code}, ${quoteLiteral(text)})`);
          await store.exec(`INSERT INTO ${textsOf(column)} VALUES ${values.join(", ")}`);
        }
      }
    },
    sql(column) {
      const value = `${alias}.c${column}`;
      if (!texts[column]) return value;
      return `(SELECT list(text ORDER BY code) FROM ${textsOf(column)})[${value} + 1]`;
    },
    close: () => scatter.close(),
  };
}

function* batches(
  scatter: Scatter,
  types: readonly ColumnType[],
  columns: readonly PlannedColumn[],
  signal: AbortSignal,
): Generator<arrow.RecordBatch> {
  const fields = types.map((type, c) => new arrow.Field(`c${c}`, columnTypes[type].arrow(), true));
  const [schema, struct] = [new arrow.Schema(fields), new arrow.Struct(fields)];
  for (const { count, columns: values } of scatter.take()) {
    for (let from = 0; from < count; from += rowsAtOnce) {
      signal.throwIfAborted();
      const to = Math.min(count, from + rowsAtOnce);
      const children = types.map((type, c) => {
        return vectorOf(type, values[c]!.subarray(from, to), columns[c]!.fill);
      });
      const data = arrow.makeData({ type: struct, length: to - from, nullCount: 0, children });
      yield recordBatch(schema, data);
    }
  }
}

/** Doubles as an Arrow vector of another type; NaN becomes NULL, or what fills it. */
function vectorOf(type: ColumnType, values: Float64Array, fill: number | undefined): arrow.Data {
  const { length } = values;
  const arrowType = columnTypes[type].arrow() as arrow.Int;
  const data = new (arrayOf(type))(length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < length; i++) if (values[i] === values[i]) data[i] = BigInt(values[i]!);
  } else data.set(values);
  const validity = new Uint8Array(Math.ceil(length / 8)).fill(0xff);
  let nulls = 0;
  for (let i = 0; i < length; i++) {
    if (values[i] === values[i]) continue;
    nulls++;
    validity[i >> 3]! &= ~(1 << (i & 7));
    data[i] =
      data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(fill ?? 0) : (fill ?? 0);
  }
  const hasNulls = nulls > 0 && fill === undefined;
  return arrow.makeData({
    type: arrowType,
    length,
    nullCount: hasNulls ? nulls : 0,
    data: data,
    ...(hasNulls && { nullBitmap: validity }),
  });
}

type Numbers = new (length: number) => Float64Array | BigInt64Array | BigUint64Array;

function arrayOf(type: ColumnType): Numbers {
  const found: Readonly<Record<ColumnType, unknown>> = {
    int8: Int8Array,
    uint8: Uint8Array,
    int16: Int16Array,
    uint16: Uint16Array,
    int32: Int32Array,
    uint32: Uint32Array,
    int64: BigInt64Array,
    uint64: BigUint64Array,
    float32: Float32Array,
    float64: Float64Array,
    text: Uint32Array,
  };
  return found[type] as Numbers;
}
