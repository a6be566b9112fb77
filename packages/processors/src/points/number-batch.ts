import { recordBatch } from "@quadrat/core/host";
import * as arrow from "apache-arrow";

/** A batch of columns of doubles, none of them NULL. */
export function numbers(columns: Readonly<Record<string, Float64Array>>): arrow.RecordBatch {
  const fields = Object.keys(columns).map((name) => new arrow.Field(name, new arrow.Float64()));
  const children = Object.values(columns).map((data) =>
    arrow.makeData({ type: new arrow.Float64(), length: data.length, nullCount: 0, data }),
  );
  const length = children[0]!.length;
  const type = new arrow.Struct(fields);
  return recordBatch(new arrow.Schema(fields), arrow.makeData({ type, length, nullCount: 0, children }));
}
