import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAbort, isQuadratError, QuadratError } from "../errors.js";
import { systemFault } from "../system/fault.js";

/**
 * Reports an error of DuckDB about a query to people: in DuckDB's words, with the position in the query and the
 * names it proposes.
 * @param store the path of the queried store
 */
export function queryFault(error: unknown, store?: string): unknown {
  if (isQuadratError(error) || isAbort(error)) return error;
  const refused = systemFault(error, { store, temporary: join(tmpdir(), "quadrat-") });
  if (refused && refused.kind !== "memory") return refused;
  const text = error instanceof Error ? error.message : String(error);
  const message = text.replace(/^Failed to extract statements: /, "").trimEnd();
  if (/^INTERRUPT/i.test(message)) return new QuadratError("interrupted", "the query was interrupted");
  if (/file system operations are disabled|has been disabled by configuration/i.test(message)) {
    return new QuadratError("usage", `queries can't read or write files: ${message}`, {
      hint: "they only see the store, and the inputs that views of records read as long as these are unchanged; --output FILE writes a result to a file",
    });
  }
  if (/read-only mode/i.test(message)) return onlyReads(message);
  if (/^Out of Memory Error/i.test(message)) {
    return new QuadratError("memory", `the query needs more memory than it may use: ${message}`, {
      hint: "query fewer rows or groups at a time, or sort less",
    });
  }
  if (/^(IO Error|FATAL|INTERNAL)/i.test(message)) {
    return new QuadratError("input", `the store can't be read: ${message}`, { cause: error });
  }
  return new QuadratError("usage", message);
}

/** The refusal of a statement that does more than read. */
export function onlyReads(what: string): QuadratError {
  return new QuadratError("usage", `quadrat sql only reads: ${what}`, {
    hint: "allowed are SELECT, FROM, WITH, VALUES, TABLE, PIVOT, UNPIVOT, DESCRIBE, SHOW, SUMMARIZE and EXPLAIN; --output FILE writes a result to a file",
  });
}
