import * as arrow from "apache-arrow";
import type { ColumnType } from "../raster/raster.js";

interface TypeFacts {
  /** DuckDB's name of the type. */
  readonly sql: string;
  readonly arrow: () => arrow.DataType;
  readonly bytes: number;
}

/** One table for every type of columns: its name in SQL, its Arrow type, its width, which is that of its place in a vector for a text. */
export const columnTypes: Readonly<Record<ColumnType, TypeFacts>> = {
  int8: { sql: "TINYINT", arrow: () => new arrow.Int8(), bytes: 1 },
  uint8: { sql: "UTINYINT", arrow: () => new arrow.Uint8(), bytes: 1 },
  int16: { sql: "SMALLINT", arrow: () => new arrow.Int16(), bytes: 2 },
  uint16: { sql: "USMALLINT", arrow: () => new arrow.Uint16(), bytes: 2 },
  int32: { sql: "INTEGER", arrow: () => new arrow.Int32(), bytes: 4 },
  uint32: { sql: "UINTEGER", arrow: () => new arrow.Uint32(), bytes: 4 },
  int64: { sql: "BIGINT", arrow: () => new arrow.Int64(), bytes: 8 },
  uint64: { sql: "UBIGINT", arrow: () => new arrow.Uint64(), bytes: 8 },
  float32: { sql: "FLOAT", arrow: () => new arrow.Float32(), bytes: 4 },
  float64: { sql: "DOUBLE", arrow: () => new arrow.Float64(), bytes: 8 },
  text: { sql: "VARCHAR", arrow: () => new arrow.Utf8(), bytes: 16 },
};
