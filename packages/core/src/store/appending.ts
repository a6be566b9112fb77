import { DuckDBDataChunk, type DuckDBConnection } from "@duckdb/node-api";
import type { RecordBatch } from "apache-arrow";
import { QuadratError } from "../errors.js";
import { vectorRows } from "../grid/cell-range.js";
import { writeColumn, writeLists } from "./chunk-writer.js";
import { qualify, type TableName } from "./store.js";

/** Widths of the types of which values, or lists of them, can be appended. */
const widths: Readonly<Record<string, number>> = {
  TINYINT: 1,
  UTINYINT: 1,
  SMALLINT: 2,
  USMALLINT: 2,
  INTEGER: 4,
  UINTEGER: 4,
  BIGINT: 8,
  UBIGINT: 8,
  FLOAT: 4,
  DOUBLE: 8,
};

/** Appends rows to a table, in a transaction of its own. */
export interface Appending {
  readonly rows: number;
  /** Appends rows `[start, start + length)` of the batch. */
  append(batch: RecordBatch, start: number, length: number): void;
  /** Appends rows that are NULL in every column. */
  appendNulls(length: number): Promise<void>;
  /** @param alongside a statement of the same transaction */
  commit(alongside?: string): Promise<void>;
  rollback(): Promise<void>;
}

/** @throws QuadratError of kind "internal" if the table has a column whose values have no fixed width */
export async function beginAppend(connection: DuckDBConnection, name: TableName): Promise<Appending> {
  await connection.run("BEGIN");
  let appender = await connection.createAppender(name.table, name.schema);
  const types = Array.from({ length: appender.columnCount }, (_, index) => appender.columnType(index));
  const writers = types.map((type) => {
    const written = type.toString();
    const isList = written.endsWith("[]");
    const width = widths[isList ? written.slice(0, -2) : written];
    if (width) return { write: isList ? writeLists : writeColumn, width };
    throw new QuadratError("internal", `${qualify(name)} has a column of type ${written}`);
  });
  const chunk = DuckDBDataChunk.create(types);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    append(batch, start, length) {
      if (batch.numCols !== types.length) {
        throw new QuadratError(
          "internal",
          `${qualify(name)} has ${types.length} columns, not ${batch.numCols}`,
        );
      }
      const end = start + length;
      for (let from = start; from < end; from += vectorRows) {
        const count = Math.min(vectorRows, end - from);
        chunk.reset();
        chunk.rowCount = count;
        batch.data.children.forEach((data, column) => {
          const { write, width } = writers[column]!;
          write(chunk, column, data, from, count, width);
        });
        appender.appendDataChunk(chunk);
      }
      rows += length;
    },
    async appendNulls(length) {
      // What the appender holds comes before.
      appender.closeSync();
      const nulls = types.map(() => "NULL").join(", ");
      await connection.run(`INSERT INTO ${qualify(name)} SELECT ${nulls} FROM range(${length})`);
      appender = await connection.createAppender(name.table, name.schema);
      rows += length;
    },
    async commit(alongside) {
      appender.closeSync();
      if (alongside !== undefined) await connection.run(alongside);
      await connection.run("COMMIT");
    },
    async rollback() {
      appender.clear();
      appender.closeSync();
      await connection.run("ROLLBACK");
    },
  };
}
