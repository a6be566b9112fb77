import duckdb from "@duckdb/node-bindings";
import { DuckDBTypeId } from "@duckdb/node-api";
import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import { returnBuffer, takeBuffer, takeZeros } from "../buffers.js";
import { reclaim } from "../memory-reclaim.js";
import { recordBatch } from "../table/record-batch.js";
import { timed } from "../profile/operations.js";
import { copyBits, setBits } from "./bits.js";

/** Types of fixed width, with the same layout on both sides. */
export type Values =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface Fixed {
  readonly type: () => arrow.DataType;
  readonly array: {
    new (buffer: ArrayBuffer, byteOffset: number, length: number): Values;
    readonly BYTES_PER_ELEMENT: number;
  };
}

/** The types whose vectors have the same layout in DuckDB and Arrow. */
const fixed: Partial<Record<DuckDBTypeId, Fixed>> = {
  [DuckDBTypeId.TINYINT]: { type: () => new arrow.Int8(), array: Int8Array },
  [DuckDBTypeId.UTINYINT]: { type: () => new arrow.Uint8(), array: Uint8Array },
  [DuckDBTypeId.SMALLINT]: { type: () => new arrow.Int16(), array: Int16Array },
  [DuckDBTypeId.USMALLINT]: { type: () => new arrow.Uint16(), array: Uint16Array },
  [DuckDBTypeId.INTEGER]: { type: () => new arrow.Int32(), array: Int32Array },
  [DuckDBTypeId.UINTEGER]: { type: () => new arrow.Uint32(), array: Uint32Array },
  [DuckDBTypeId.BIGINT]: { type: () => new arrow.Int64(), array: BigInt64Array },
  [DuckDBTypeId.UBIGINT]: { type: () => new arrow.Uint64(), array: BigUint64Array },
  [DuckDBTypeId.FLOAT]: { type: () => new arrow.Float32(), array: Float32Array },
  [DuckDBTypeId.DOUBLE]: { type: () => new arrow.Float64(), array: Float64Array },
};

/** Further types that Arrow knows; unless requested, they come as text. */
const native: Partial<Record<DuckDBTypeId, Fixed | Converted>> = {
  [DuckDBTypeId.DATE]: { type: () => new arrow.DateDay(), array: Int32Array },
  [DuckDBTypeId.TIMESTAMP]: { type: () => new arrow.TimestampMicrosecond(), array: BigInt64Array },
  [DuckDBTypeId.TIMESTAMP_TZ]: { type: () => new arrow.TimestampMicrosecond("UTC"), array: BigInt64Array },
  [DuckDBTypeId.BOOLEAN]: { type: () => new arrow.Bool(), convert: Boolean },
  [DuckDBTypeId.DECIMAL]: { type: () => new arrow.Float64(), convert: Number },
  [DuckDBTypeId.HUGEINT]: { type: () => new arrow.Float64(), convert: Number },
  [DuckDBTypeId.UHUGEINT]: { type: () => new arrow.Float64(), convert: Number },
};

/** A type whose values are converted one at a time. */
interface Converted {
  readonly type: () => arrow.DataType;
  readonly convert: (value: unknown) => unknown;
}

const asText: Converted = { type: () => new arrow.Utf8(), convert: String };

/** How a column of a result is converted to Arrow. */
export type ColumnLayout = Fixed | Converted;

interface Column {
  append(chunk: DuckDBDataChunk, column: number, from: number, count: number, at: number): void;
  finish(length: number): arrow.Data;
}

/**
 * Collects data chunks of a result into one record batch of at most `capacity` rows.
 * Fixed-width values and validity are copied buffer by buffer, once.
 */
export class BatchBuilder {
  readonly capacity: number;
  readonly #schema: arrow.Schema;
  readonly #columns: readonly Column[];
  #length = 0;

  constructor(schema: arrow.Schema, layouts: readonly ColumnLayout[], capacity: number) {
    this.capacity = capacity;
    this.#schema = schema;
    this.#columns = layouts.map((layout) =>
      "array" in layout ? fixedColumn(layout, capacity) : convertedColumn(layout),
    );
  }

  get length(): number {
    return this.#length;
  }

  /** Takes as many rows of the chunk as fit, from row `from` on; returns how many it took. */
  append(chunk: DuckDBDataChunk, from: number): number {
    const count = Math.min(chunk.rowCount - from, this.capacity - this.#length);
    this.#columns.forEach((column, index) => column.append(chunk, index, from, count, this.#length));
    this.#length += count;
    return count;
  }

  /** The rows so far; the builder must not be used afterwards. */
  finish(): arrow.RecordBatch {
    const children = this.#columns.map((column) => column.finish(this.#length));
    const struct = arrow.makeData({
      type: new arrow.Struct(this.#schema.fields),
      length: this.#length,
      nullCount: 0,
      children,
    });
    return recordBatch(this.#schema, struct);
  }
}

function fixedColumn({ type, array }: Fixed, capacity: number): Column {
  const width = array.BYTES_PER_ELEMENT;
  const buffer = takeBuffer(capacity * width);
  const values = new array(buffer, 0, capacity);
  const bytes = new Uint8Array(buffer);
  let validity: Uint8Array | undefined;
  let nulls = 0;
  return {
    append(chunk, column, from, count, at) {
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
      const source = duckdb.vector_get_data(vector, (from + count) * width);
      reclaim(source.byteLength);
      bytes.set(source.subarray(from * width), at * width);
      const mask = validityOf(vector, from + count);
      if (mask && !validity) {
        validity = takeZeros(Math.ceil(capacity / 8));
        setBits(validity, 0, at);
      }
      if (!validity) return;
      if (mask) nulls += count - copyBits(mask, from, validity, at, count);
      else setBits(validity, at, count);
    },
    finish(length) {
      return arrow.makeData({
        type: type() as arrow.Float,
        length,
        nullCount: nulls,
        data: (length === capacity ? values : cut(values, length)) as Float32Array,
        ...(nulls > 0 && { nullBitmap: validity!.subarray(0, Math.ceil(length / 8)) }),
      });
    },
  };
}

/** The first values, in a buffer of exactly their length. */
function cut(values: Values, length: number): Values {
  const own = values.slice(0, length);
  returnBuffer(values.buffer);
  return own;
}

function validityOf(vector: duckdb.Vector, rows: number): Uint8Array | undefined {
  const mask = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null | undefined;
  return mask ?? undefined;
}

function convertedColumn({ type, convert }: Converted): Column {
  const builder = arrow.makeBuilder({ type: type(), nullValues: [null] });
  return {
    append(chunk, column, from, count) {
      const vector = chunk.getColumnVector(column);
      for (let row = from; row < from + count; row++) {
        const value = vector.getItem(row);
        builder.append(value === null ? null : convert(value));
      }
    },
    finish() {
      return builder.finish().flush();
    },
  };
}

/**
 * The Arrow schema of a result, and how its columns are laid out. Types without an Arrow layout of their own come as text;
 * with `natively`, only those that are neither numbers, booleans, dates nor times.
 */
export function schemaOf(
  result: DuckDBResult,
  natively = false,
): { schema: arrow.Schema; layouts: ColumnLayout[] } {
  const layouts = Array.from({ length: result.columnCount }, (_, index) => {
    const id = result.columnTypeId(index);
    return fixed[id] ?? (natively ? native[id] : undefined) ?? asText;
  });
  const fields = result
    .columnNames()
    .map((name, index) => new arrow.Field(name, layouts[index]!.type(), true));
  return { schema: new arrow.Schema(fields), layouts };
}

/**
 * The chunks of a result as record batches.
 * @param rows called before each batch for its maximum number of rows
 * @param fetchNext returns the chunks, and throws if the result breaks off
 */
export async function* batchesOf(
  result: DuckDBResult,
  rows: () => number,
  natively: boolean,
  fetchNext: () => Promise<DuckDBDataChunk | undefined>,
): AsyncGenerator<arrow.RecordBatch> {
  const { schema, layouts } = schemaOf(result, natively);
  let builder = new BatchBuilder(schema, layouts, rows());
  const fetch = (): Promise<DuckDBDataChunk | undefined> => {
    const fetching = fetchNext();
    // It is thrown when its turn comes, which is never if the reader stops early.
    fetching.catch(() => undefined);
    return fetching;
  };
  let next = fetch();
  try {
    for (;;) {
      const chunk = await timed("fetch", () => next);
      if (!chunk) break;
      // DuckDB works on the next chunk while this one is copied and the previous ones are used.
      next = fetch();
      for (let from = 0; from < chunk.rowCount;) {
        from += builder.append(chunk, from);
        if (builder.length < builder.capacity) continue;
        yield builder.finish();
        builder = new BatchBuilder(schema, layouts, rows());
      }
    }
    if (builder.length > 0) yield builder.finish();
  } finally {
    // A connection must not be closed while a statement is running.
    await next.catch(() => undefined);
  }
}
