import { QuadratError } from "@quadrat/core";
import { DataType, Precision, type Field, type Schema } from "apache-arrow";

/** What an exporter needs to know about a column's values. */
export type ColumnKind = "integer" | "int64" | "float32" | "float64" | "text";

/**
 * The kind of every column.
 * @throws QuadratError of kind `output` that names the first column whose type the format can't hold
 */
export function columnKinds(schema: Schema, exporter: string): ColumnKind[] {
  return schema.fields.map((field) => {
    const kind = columnKind(field);
    if (kind) return kind;
    throw new QuadratError(
      "output",
      `the ${exporter} exporter can't write column "${field.name}" of type ${field.type}`,
      {
        hint: "it writes integers of 8 to 64 bits, float32, float64 and UTF-8 text",
        place: { dataset: field.name },
      },
    );
  });
}

function columnKind({ type }: Field): ColumnKind | undefined {
  if (DataType.isInt(type)) return type.bitWidth === 64 ? "int64" : "integer";
  if (DataType.isFloat(type)) {
    if (type.precision === Precision.SINGLE) return "float32";
    return type.precision === Precision.DOUBLE ? "float64" : undefined;
  }
  return DataType.isUtf8(type) ? "text" : undefined;
}

/**
 * The rows of a block of at most `values` values, a power of two from 256 to 65,536; of a table of thousands of columns 128,
 * because there is room for the longest text of every value. They depend only on the number of columns, so that a table is
 * always cut in the same places.
 */
export function blockRows(columns: number, values: number): number {
  const rows = 2 ** Math.floor(Math.log2(values / Math.max(columns, 1)));
  return Math.min(65_536, Math.max(columns > 2048 ? 128 : 256, rows));
}
