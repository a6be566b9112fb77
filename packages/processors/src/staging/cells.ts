import { columnTypes, type DataType } from "@quadrat/core";
import * as arrow from "apache-arrow";
import type { ColumnValues } from "./column.js";

/** Consecutive cells from `first` on, with their values, as a batch for a dense table. */
export function denseBatch(
  first: number,
  type: DataType,
  values: ColumnValues,
  validity: Uint8Array | undefined,
  nulls: number,
): arrow.RecordBatch {
  const length = values.length;
  const valueType = columnTypes[type].arrow();
  const schema = new arrow.Schema([
    new arrow.Field("cell", new arrow.Int64(), false),
    new arrow.Field("value", valueType, true),
  ]);
  const children = [
    arrow.makeData({ type: new arrow.Int64(), length, nullCount: 0, data: consecutive(first, length) }),
    arrow.makeData({
      type: valueType as arrow.Float,
      length,
      nullCount: nulls,
      data: values as Float32Array,
      ...(validity && { nullBitmap: validity }),
    }),
  ];
  const type_ = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({ type: type_, length, nullCount: 0, children }));
}

/** `first, first + 1, ...` as 64-bit integers, written as pairs of 32-bit ones: BigInts would take ten times as long. */
function consecutive(first: number, length: number): BigInt64Array {
  const cells = new BigInt64Array(length);
  const halves = new Uint32Array(cells.buffer);
  const [low, high] = littleEndian ? [0, 1] : [1, 0];
  for (let i = 0; i < length; i++) {
    const cell = first + i;
    halves[2 * i + low] = cell;
    halves[2 * i + high] = Math.floor(cell / 4_294_967_296);
  }
  return cells;
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
