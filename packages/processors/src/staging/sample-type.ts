import type { ColumnType, DataType } from "@quadrat/core/base";

/** The type of a raster's column, which is never text. */
export function sampleType(type: ColumnType): DataType {
  if (type === "text") throw new TypeError("a raster's values are not texts");
  return type;
}
