import { ResultReturnType, type DuckDBDataChunk, type DuckDBResult } from "@duckdb/node-api";

/**
 * The next chunk of a streamed result, or undefined at its end.
 *
 * DuckDB's C interface ends a failed stream in the same way as a complete one; only the kind of the result changes,
 * and the reason is lost.
 * @param reason finds out why the query failed
 */
export async function nextChunk(
  result: DuckDBResult,
  reason: () => Promise<Error>,
): Promise<DuckDBDataChunk | undefined> {
  const chunk = await result.fetchChunk();
  if (chunk && chunk.rowCount > 0) return chunk;
  if (result.returnType !== ResultReturnType.INVALID) return undefined;
  throw await reason();
}

/**
 * The error of a statement when it is run once more, by something that runs it to its end without returning its
 * result.
 */
export async function failureOf(run: () => Promise<unknown>): Promise<Error> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return new Error("DuckDB stopped in the middle of a result without saying why");
}
