import type { RecordBatch } from "apache-arrow";

/** The DuckDB file of one experiment. */
export interface Store {
  /** Absolute path of the file. */
  readonly path: string;
  /** Runs statements whose result does not matter. */
  exec(sql: string): Promise<void>;
  /** Streams a result as record batches of at most 2048 rows; never held whole. */
  query(sql: string): AsyncIterable<RecordBatch>;
  /** A small result as plain objects. */
  rows<T = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** Appends batches to an existing table with the same column types, in one transaction; returns the rows appended. */
  append(table: TableName, batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>): Promise<number>;
  /** Changes DuckDB's own limits while it runs. */
  configure(limits: { readonly memoryBytes?: number; readonly threads?: number }): Promise<void>;
  close(): Promise<void>;
}

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A name as a SQL identifier, quoted whatever it holds. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a SQL string literal. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function qualify({ schema, table }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}
