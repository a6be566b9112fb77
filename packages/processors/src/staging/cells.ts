import { columnTypes, type DataType } from "@quadrat/core";
import * as arrow from "apache-arrow";
import type { Column } from "./column.js";

/** The values of consecutive cells as a batch for a dense table, whose next rows they become. */
export function denseBatch(
  type: DataType,
  { values, validity, nulls }: Pick<Column, "values" | "validity" | "nulls">,
): arrow.RecordBatch {
  const length = values.length;
  const valueType = columnTypes[type].arrow();
  const struct = new arrow.Struct([new arrow.Field("value", valueType, true)]);
  const data = arrow.makeData({
    type: valueType as arrow.Float,
    length,
    nullCount: nulls,
    data: values as Float32Array,
    ...(validity && { nullBitmap: validity }),
  });
  const schema = new arrow.Schema(struct.children);
  return new arrow.RecordBatch(
    schema,
    arrow.makeData({ type: struct, length, nullCount: 0, children: [data] }),
  );
}
