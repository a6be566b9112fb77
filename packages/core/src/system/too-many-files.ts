import { isQuadratError, QuadratError } from "../errors.js";
import { causesOf, systemCode } from "./codes.js";
import { openFileLimit } from "./open-files.js";

/** The error about the limit of open files, if that is the cause of a failure; undefined for other failures. */
export function outOfFiles(error: unknown): QuadratError | undefined {
  for (const cause of causesOf(error)) {
    if (isQuadratError(cause) && cause.kind === "system") return cause;
    const code = systemCode(cause);
    if (code === "EMFILE") return tooManyFiles(error);
    if (code === "ENFILE") {
      return new QuadratError("system", "the system has reached its maximum number of open files", {
        cause: error,
        hint: "close other programs, or raise the system's limit (`sysctl fs.file-max`)",
      });
    }
  }
  return undefined;
}

/** The error that the limit of open files is too low to continue. */
export function tooManyFiles(cause?: unknown): QuadratError {
  const limit = openFileLimit();
  const told = Number.isFinite(limit)
    ? `the limit of open files, ${limit}, is too low`
    : "too many files are open";
  return new QuadratError("system", told, {
    ...(cause === undefined ? {} : { cause }),
    hint: "raise it, such as with `ulimit -n 1024`, or set threads to fewer; what was staged is kept",
  });
}
