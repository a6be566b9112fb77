import { columnTypes, type ColumnType } from "@quadrat/core";
import * as arrow from "apache-arrow";
import type { CellSink } from "./cell-sink.js";

const batchRows = 65_536;

/** Collects rows of `cell, value`, or `cell, part, value`, and makes batches of them. */
export class CellBatches implements CellSink {
  readonly #type: ColumnType;
  readonly #hasParts: boolean;
  #cells = new BigInt64Array(batchRows);
  /** The lower and upper halves of the cells: numbers of the type bigint are objects. */
  #halves = new Uint32Array(this.#cells.buffer);
  #parts: Int32Array<ArrayBuffer>;
  #values: ReturnType<typeof valuesFor>;
  #count = 0;

  constructor(type: ColumnType, hasParts: boolean) {
    this.#type = type;
    this.#hasParts = hasParts;
    this.#parts = new Int32Array(hasParts ? batchRows : 0);
    this.#values = valuesFor(type, batchRows);
  }

  add(cell: number, value: number, part = 0): void {
    if (this.#count === this.#cells.length) this.#grow();
    const at = this.#count++;
    this.#halves[2 * at] = cell;
    this.#halves[2 * at + 1] = Math.floor(cell / 2 ** 32);
    if (this.#hasParts) this.#parts[at] = part;
    if (this.#values instanceof BigInt64Array) this.#values[at] = BigInt(value);
    else this.#values[at] = value;
  }

  addCounts(cell: number, counts: Int32Array): void {
    for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) this.add(cell + i, counts[i]!);
  }

  /** The rows so far as a batch if they are many, or `all` are wanted. */
  take(all: boolean): arrow.RecordBatch | undefined {
    const count = this.#count;
    if (count === 0 || (count < batchRows && !all)) return undefined;
    const children = [
      data(new arrow.Int64(), this.#cells.slice(0, count)),
      ...(this.#hasParts ? [data(new arrow.Int32(), this.#parts.slice(0, count))] : []),
      data(columnTypes[this.#type].arrow(), this.#values.slice(0, count)),
    ];
    this.#count = 0;
    const names = this.#hasParts ? ["cell", "part", "value"] : ["cell", "value"];
    const type = new arrow.Struct(names.map((name, i) => new arrow.Field(name, children[i]!.type, true)));
    const struct = arrow.makeData({ type, length: count, nullCount: 0, children });
    return new arrow.RecordBatch(new arrow.Schema(type.children), struct);
  }

  #grow(): void {
    const size = 2 * this.#count;
    const cells = new BigInt64Array(size);
    cells.set(this.#cells);
    this.#cells = cells;
    this.#halves = new Uint32Array(cells.buffer);
    if (this.#hasParts) {
      const parts = new Int32Array(size);
      parts.set(this.#parts);
      this.#parts = parts;
    }
    const values = valuesFor(this.#type, size);
    if (values instanceof BigInt64Array) values.set(this.#values as BigInt64Array);
    else values.set(this.#values as Float64Array);
    this.#values = values;
  }
}

function valuesFor(type: ColumnType, count: number) {
  if (type === "int64") return new BigInt64Array(count);
  if (type === "float64") return new Float64Array(count);
  return type === "uint8" ? new Uint8Array(count) : new Uint32Array(count);
}

function data(
  type: arrow.DataType,
  values: BigInt64Array | Int32Array | Float64Array | Uint8Array | Uint32Array,
): arrow.Data {
  return arrow.makeData({
    type: type as arrow.Float64,
    length: values.length,
    nullCount: 0,
    data: values as Float64Array,
  });
}
