import { Grid, type MergedTable } from "@quadrat/core";
import type { DataType } from "apache-arrow";
import { Field, makeData, RecordBatch, Schema, Struct, vectorFromArray } from "apache-arrow";

export type Value = number | bigint | string | null;

/** A column by its type and all its values. */
export interface TestColumn {
  readonly name: string;
  readonly type: DataType;
  readonly values: readonly Value[];
}

export const anyGrid = new Grid({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [-180, -90, 180, 90] });

export function schemaOf(columns: readonly TestColumn[]): Schema {
  return new Schema(columns.map(({ name, type }) => new Field(name, type, true)));
}

/** All rows as one batch. */
export function wholeBatch(columns: readonly TestColumn[]): RecordBatch {
  const schema = schemaOf(columns);
  const length = columns[0]?.values.length ?? 0;
  const children = columns.map(({ type, values }) => {
    const vector = vectorFromArray([...values], type);
    return vector.data[0] ?? makeData({ type, length: 0 } as never);
  });
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
}

/** The batch in parts of the sizes given, over and over; what slices share with the whole is left as it is. */
export async function* inParts(whole: RecordBatch, sizes: readonly number[]): AsyncGenerator<RecordBatch> {
  await Promise.resolve();
  for (let from = 0, part = 0; from < whole.numRows; part++) {
    const size = Math.max(1, sizes[part % sizes.length]!);
    yield whole.slice(from, from + size);
    from += size;
  }
}

/** A table in memory, in batches of the sizes given; it has no database behind it. */
export function memoryTable(columns: readonly TestColumn[], sizes: readonly number[] = [1000]): MergedTable {
  return tableOf(wholeBatch(columns), sizes);
}

export function tableOf(whole: RecordBatch, sizes: readonly number[] = [1000]): MergedTable {
  const none = (): never => {
    throw new Error("this table is not in a database");
  };
  return {
    schema: whole.schema,
    grid: anyGrid,
    rowCount: whole.numRows,
    batches: () => inParts(whole, sizes),
    sql: none,
    exec: none,
    summary: none,
  };
}
