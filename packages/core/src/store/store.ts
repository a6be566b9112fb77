import type { RecordBatch } from "apache-arrow";

/** The DuckDB file of one experiment. */
export interface Store {
  /** Absolute path of the file. */
  readonly path: string;
  /** Runs statements; returns the number of rows that the last one changed or wrote. */
  exec(sql: string): Promise<number>;
  /** Streams a result as record batches; never held whole. */
  query(sql: string, options?: QueryOptions): AsyncIterable<RecordBatch>;
  /** A small result as plain objects. */
  rows<T = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /**
   * Appends batches to an existing table whose columns have the same types, and returns the rows appended.
   * All in one transaction unless `commitEvery` says otherwise; a failure undoes what is not yet committed.
   */
  append(
    table: TableName,
    batches: AsyncIterable<RecordBatch | NullRows> | Iterable<RecordBatch | NullRows>,
    options?: AppendOptions,
  ): Promise<number>;
  /** Changes DuckDB's own limits while it runs. */
  configure(limits: StoreLimits): Promise<void>;
  /**
   * Holds DuckDB to less than it has been given, for work that is known to need no more: otherwise it would fill the rest of
   * its memory with blocks that nobody reads again, and idle threads would delay the busy ones. A limit that is omitted is
   * lifted again.
   */
  holdTo(limits?: StoreLimits): Promise<void>;
  /** Lets DuckDB take so much memory while work is done that needs it, unless memory becomes short. */
  withMemory<T>(bytes: number, work: () => Promise<T>): Promise<T>;
  /** Stops the statements that are under way; they reject. */
  interrupt(): void;
  close(): Promise<void>;
}

export interface StoreLimits {
  readonly memoryBytes?: number;
  readonly threads?: number;
}

export interface QueryOptions {
  /** The number of rows of the next batch, called before each; default 2048. */
  readonly rows?: () => number;
  /**
   * Bytes of rows that DuckDB's threads may make ahead of those that are taken; default: DuckDB's own, less than 1 MB, which keeps them
   * waiting while rows are being worked on.
   */
  readonly aheadBytes?: number;
}

export interface AppendOptions {
  /** Commits whenever this many rows have been appended since the last commit, wherever in a batch that is. */
  readonly commitEvery?: number;
  /** A statement of the transaction that commits rows `[from, to)`, counted from the first that was appended. */
  readonly alongside?: (from: number, to: number) => string;
  /** Called after each commit with the rows appended so far. */
  readonly committed?: (rows: number) => void | Promise<void>;
}

/** Rows of a table that are NULL in every column: DuckDB makes them itself, which takes a fraction of the time. */
export class NullRows {
  readonly numRows: number;

  constructor(numRows: number) {
    this.numRows = numRows;
  }
}

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A name as a SQL identifier, always quoted. */
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

/** Statements as one transaction, which waits for the disk once. */
export function transaction(statements: readonly string[]): string {
  return ["BEGIN", ...statements, "COMMIT"].join(";\n");
}
