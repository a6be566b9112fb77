import { columnTypes, type DataType } from "@quadrat/core";
import * as arrow from "apache-arrow";
import type { ClassLists } from "../resample/index.js";
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

/** Lists as a batch for the table in which each has its number: that of the first one is given, the others follow. */
export function listBatch(
  { offsets, parts, values }: Pick<ClassLists, "offsets" | "parts" | "values">,
  first: number,
  type: DataType,
): arrow.RecordBatch {
  const length = offsets.length - 1;
  const lists = <T extends arrow.DataType>(own: T, data: ArrayLike<number>): arrow.Data => {
    const child = arrow.makeData({
      type: own as never,
      length: data.length,
      nullCount: 0,
      data: data as never,
    });
    const list = new arrow.List(new arrow.Field("item", own, false));
    return arrow.makeData({ type: list, length, nullCount: 0, valueOffsets: offsets, child });
  };
  const numbers = Int32Array.from({ length }, (_, index) => first + index);
  const children = [
    arrow.makeData({ type: new arrow.Int32(), length, nullCount: 0, data: numbers }),
    lists(new arrow.Int32(), parts),
    lists(columnTypes[type].arrow(), values),
  ];
  const struct = new arrow.Struct(
    ["list", "parts", "vals"].map((name, index) => new arrow.Field(name, children[index]!.type, true)),
  );
  return new arrow.RecordBatch(
    new arrow.Schema(struct.children),
    arrow.makeData({ type: struct, length, nullCount: 0, children }),
  );
}
