import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { QuadratError } from "../errors.js";
import { noExtensions } from "../store/no-extensions.js";

/** An empty in-memory database without access to anything, in which queries are parsed and bound. */
export async function withScratch<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: "64MB",
    ...noExtensions,
    enable_external_access: "false",
  });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The fault of a dataset's query. */
export function wrong(what: string, hint: string): QuadratError {
  return new QuadratError("usage", `the query ${what}`, { hint, place: { key: "sql" } });
}
