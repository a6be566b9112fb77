import {
  DuckDBInstance,
  StatementType,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  type DuckDBType,
} from "@duckdb/node-api";
import type { RecordBatch, Schema } from "apache-arrow";
import { QuadratError } from "../errors.js";
import { batchesOf, schemaOf } from "../store/arrow-bridge.js";
import { failureOf, nextChunk } from "../store/next-chunk.js";
import { noExtensions } from "../store/no-extensions.js";
import { openError } from "../store/open-error.js";
import { quoteLiteral } from "../store/store.js";
import { quietly } from "../system/clean-up.js";
import { onlyReads, queryFault } from "./faults.js";
import { readableInputs } from "./readable-inputs.js";
import { bindParameters } from "./parameters.js";
import { afterLeadingWord, leadingWord } from "./statements.js";

export interface ReaderOptions {
  /** DuckDB's own limit, in bytes. */
  readonly memoryBytes: number;
  readonly threads: number;
  /** The directory for DuckDB to spill into, used for nothing else. */
  readonly temporaryDirectory: string;
  /** The one file that {@link StoreReader.copyTo} may write. */
  readonly output?: string | undefined;
}

/** The result of a query; it can be read once, in one of its forms. */
export interface QueryResult {
  readonly names: readonly string[];
  readonly types: readonly DuckDBType[];
  /** As DuckDB's own vectors. */
  chunks(): AsyncGenerator<DuckDBDataChunk>;
  /** The schema of {@link batches}. */
  schema(natively?: boolean): Schema;
  /**
   * The rows as record batches. Types without an Arrow layout come as text; with `natively`, dates, times and booleans as
   * Arrow's.
   */
  batches(rows: number, natively?: boolean): AsyncGenerator<RecordBatch>;
}

const reading = new Set(["SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "UNPIVOT"]);
const describing = new Set(["DESCRIBE", "DESC", "SHOW", "SUMMARIZE"]);

/**
 * A store opened for queries: read-only, without access to any other file but the inputs that its views of records read,
 * without extensions, its settings locked.
 * Bare names find the tables of the store itself first, then datasets.
 */
export class StoreReader {
  readonly path: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #interruptions = 0;

  private constructor(path: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.path = path;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** @throws QuadratError of kind "output" if the file is in use, or is not a store */
  static async open(path: string, options: ReaderOptions): Promise<StoreReader> {
    let instance: DuckDBInstance | undefined;
    try {
      instance = await DuckDBInstance.create(path, {
        access_mode: "READ_ONLY",
        threads: String(options.threads),
        memory_limit: `${Math.floor(options.memoryBytes)}B`,
        temp_directory: options.temporaryDirectory,
        ...noExtensions,
        allow_community_extensions: "false",
      });
      const connection = await instance.connect();
      const found = await connection.runAndReadAll(
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name = 'staged'",
      );
      const paths = [
        ...(options.output === undefined ? [] : [options.output]),
        ...(await readableInputs(connection)),
      ];
      await connection.run(
        `SET allowed_paths = [${paths.map(quoteLiteral).join(", ")}]; SET search_path = '${found.currentRowCount > 0 ? "main,staged" : "main"}';` +
          "SET enable_external_access = false; SET lock_configuration = true",
      );
      return new StoreReader(path, instance, connection);
    } catch (cause) {
      const error = await openError(path, cause);
      await quietly(() => instance?.closeSync());
      throw error;
    }
  }

  /**
   * Runs one read-only statement.
   * @param parameters values of `$1`, `$2`, ... in order, or `name=value` for `$name`
   * @throws QuadratError of kind "usage" for invalid SQL, and for a statement that does anything but read
   */
  async query(sql: string, parameters: readonly string[] = []): Promise<QueryResult> {
    try {
      const statement = await this.#prepare(sql, parameters);
      const interruptions = this.#interruptions;
      const result = await statement.stream();
      const reason = (): Promise<Error> =>
        failureOf(async () => {
          if (this.#interruptions > interruptions) throw new Error("INTERRUPT Error: Interrupted!");
          const again = await this.#last(`EXPLAIN ANALYZE ${sql}`);
          bindParameters(again, parameters);
          await again.run();
        });
      return asQueryResult(result, this.path, () => nextChunk(result, reason));
    } catch (error) {
      throw queryFault(error, this.path);
    }
  }

  /**
   * Writes a statement's result as Parquet to the file that the reader was opened with; returns its rows.
   * @throws QuadratError as {@link query} does
   */
  async copyTo(path: string, sql: string, parameters: readonly string[] = []): Promise<number> {
    try {
      (await this.#prepare(sql, parameters)).destroySync();
      const word = leadingWord(sql);
      if (word === "EXPLAIN") {
        throw new QuadratError(
          "usage",
          "EXPLAIN returns a text for people, which can't be written to Parquet",
          {
            hint: "use --format table",
          },
        );
      }
      // A line comment at the query's end must not swallow what follows.
      const query = describing.has(word) ? `FROM (${sql}\n)` : sql;
      const copy = `COPY (${query}\n) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`;
      const statement = await this.#last(copy);
      bindParameters(statement, parameters);
      return (await statement.run()).rowsChanged;
    } catch (error) {
      throw queryFault(error, this.path);
    }
  }

  /** Rows of one of Quadrat's own queries, as plain objects. */
  async rows<T>(sql: string): Promise<T[]> {
    return (await this.#connection.runAndReadAll(sql)).getRowObjectsJS() as T[];
  }

  /** Stops the statement that is under way. */
  interrupt(): void {
    this.#interruptions++;
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #prepare(sql: string, parameters: readonly string[]): Promise<DuckDBPreparedStatement> {
    refuseWriting(sql);
    const statement = await this.#last(sql);
    const type = statement.statementType;
    if (type !== StatementType.SELECT && type !== StatementType.EXPLAIN) {
      throw onlyReads(`a statement of type ${StatementType[type]} is refused`);
    }
    bindParameters(statement, parameters);
    return statement;
  }

  /** Prepares a statement. DuckDB turns a PIVOT into several, which are run except for the last. */
  async #last(sql: string): Promise<DuckDBPreparedStatement> {
    const statements = await this.#connection.extractStatements(sql);
    for (let index = 0; index < statements.count - 1; index++) {
      await (await statements.prepare(index)).run();
    }
    return statements.prepare(statements.count - 1);
  }
}

/**
 * Refuses, by its first word, a statement that does anything but read; DuckDB itself would refuse it for other
 * reasons.
 */
function refuseWriting(sql: string): void {
  const word = leadingWord(sql);
  if (reading.has(word) || describing.has(word)) return;
  if (word === "EXPLAIN") {
    const rest = afterLeadingWord(sql).replace(/^\s*ANALYZE\b/i, "");
    if (leadingWord(rest) !== "EXPLAIN") refuseWriting(rest);
    return;
  }
  if (/^[A-Z]+$/.test(word) && writing.has(word)) throw onlyReads(`${word} is refused`);
}

/** DuckDB's statements that do anything else; any other word is an error that DuckDB's parser reports. */
const writing = new Set(
  (
    "ALTER ANALYZE ATTACH BEGIN CALL CHECKPOINT COMMENT COMMIT COPY CREATE DEALLOCATE DELETE DETACH DROP EXECUTE " +
    "EXPORT FORCE IMPORT INSERT INSTALL LOAD MERGE PRAGMA PREPARE REINDEX RESET ROLLBACK SET START TRUNCATE UPDATE " +
    "UPSERT USE VACUUM"
  ).split(" "),
);

function asQueryResult(
  result: DuckDBResult,
  path: string,
  fetchNext: () => Promise<DuckDBDataChunk | undefined>,
): QueryResult {
  return {
    names: result.deduplicatedColumnNames(),
    types: result.columnTypes(),
    async *chunks() {
      try {
        for (let chunk = await fetchNext(); chunk; chunk = await fetchNext()) yield chunk;
      } catch (error) {
        throw queryFault(error, path);
      }
    },
    schema: (natively) => schemaOf(result, natively).schema,
    async *batches(rows, natively = false) {
      try {
        yield* batchesOf(result, () => rows, natively, fetchNext);
      } catch (error) {
        throw queryFault(error, path);
      }
    },
  };
}
