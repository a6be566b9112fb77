import { nearest, QuadratError } from "@quadrat/core";
import type { ColumnType, DataType } from "@quadrat/core";
import { DataType as ArrowType, Precision, type Schema } from "apache-arrow";
import { columnKinds } from "../columns.js";

/** A column of the table, by its position there. */
export interface TableColumn {
  readonly name: string;
  readonly position: number;
  readonly type: ColumnType;
  readonly is64: boolean;
}

export interface BandColumn extends TableColumn {
  readonly type: DataType;
}

/** The columns of the table but for the coordinates. */
export function outlineOf(schema: Schema): TableColumn[] {
  columnKinds(schema, "geotiff");
  const columns = schema.fields.map(({ name, type }, position) => {
    const own = typeOf(type as ArrowType);
    return { name, position, type: own, is64: own === "int64" || own === "uint64" };
  });
  return columns.slice(2);
}

function typeOf(type: ArrowType): ColumnType {
  if (ArrowType.isInt(type)) return `${type.isSigned ? "int" : "uint"}${type.bitWidth}` as DataType;
  if (ArrowType.isFloat(type)) return type.precision === Precision.SINGLE ? "float32" : "float64";
  return "text";
}

/** @throws QuadratError for a name that is not a column's, or a table without columns */
export function chosenColumns(
  columns: readonly TableColumn[],
  names: readonly string[] | undefined,
): readonly TableColumn[] {
  if (columns.length === 0) {
    throw new QuadratError(
      "output",
      "the geotiff exporter has nothing to write: the table has no columns but x and y",
      {
        place: { key: "export.formats" },
      },
    );
  }
  return (
    names?.map((name) => {
      const column = columns.find((one) => one.name === name);
      if (column) return column;
      const all = columns.map((one) => one.name);
      const near = nearest(name, all);
      throw new QuadratError(
        "output",
        `the table has no column "${name}", which geotiff's option columns lists`,
        {
          hint:
            near === undefined ? `its columns are ${all.slice(0, 20).join(", ")}` : `did you mean "${near}"?`,
          place: { key: "export.formats" },
        },
      );
    }) ?? columns
  );
}
