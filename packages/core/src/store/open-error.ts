import { QuadratError } from "../errors.js";
import { natureOf } from "./database-file.js";

/** The refusal to touch a file that is no database. */
export function foreignFile(path: string, cause?: unknown): QuadratError {
  return new QuadratError("output", `${path} is no DuckDB database; it is left as it is`, {
    cause,
    hint: "choose another file with --store, or remove this one yourself",
    place: { file: path },
  });
}

/** Whether DuckDB could not open a file because another process has. */
export function isLocked(cause: unknown): boolean {
  return cause instanceof Error && /\block\b/i.test(cause.message);
}

/** What a failure to open a database comes to. */
export function openError(path: string, cause: unknown): QuadratError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const firstLine = message.split("\n")[0]!;
  if (isLocked(cause)) {
    return new QuadratError("output", `the store ${path} is in use by another process`, {
      cause,
      hint: "wait until that run has ended, or give this one its own file with --store",
      place: { file: path },
    });
  }
  if (natureOf(path) === "foreign") return foreignFile(path, cause);
  const unreadable = /not a valid DuckDB database|Serialization|storage version|newer version/i.test(message);
  return new QuadratError("output", `can't open the store ${path}: ${firstLine}`, {
    cause,
    hint: unreadable
      ? "run with --fresh to make it anew"
      : "check that its directory exists and can be written",
    place: { file: path },
  });
}
