import { isAbort, isQuadratError, QuadratError } from "@quadrat/core";
import { failingDisk, outOfFiles } from "@quadrat/core/base";
import { systemFault } from "@quadrat/core/host";

/** The reasons why a record is left out, as worded in the report. The order is that of the checks. */
export const reasons = {
  fields: "wrong number of fields",
  quote: "misplaced quote",
  long: "line longer than 2 MiB",
  missing: "coordinate missing",
  notNumber: "coordinate is not a number",
  latitude: "latitude out of range",
  longitude: "longitude out of range",
  zero: "both coordinates are zero",
  codeMissing: "code missing",
  noCode: "no code of a cell",
  domain: "outside the domain of the grid's CRS",
  outside: "outside the grid",
  masked: "outside the mask",
  valueMissing: "value missing",
  valueNotNumber: "value is not a number",
  where: "left out by `where`",
  check: "left out by checks",
} as const;

export type Reason = keyof typeof reasons;

const order = Object.keys(reasons) as Reason[];

/** The number that represents a reason in a table. */
export function reasonCode(reason: Reason): number {
  return order.indexOf(reason);
}

export function reasonOf(code: number): Reason {
  return order[code]!;
}

/** The reasons that are in the record itself and make `strict` refuse the file. */
export const faults: readonly Reason[] = [
  "fields",
  "quote",
  "long",
  "missing",
  "notNumber",
  "latitude",
  "longitude",
  "zero",
  "codeMissing",
  "noCode",
  "valueNotNumber",
];

/** Records that could not be split, with the first few of their lines. */
export interface BrokenRecords {
  readonly reason: Reason;
  readonly count: number;
  readonly lines: readonly number[];
  /** The file of these lines, if the table has several files. */
  readonly file?: string;
}

/** The maximum number of lines named in a message. */
export const namedLines = 5;

/** Their position, in parentheses; `within` names the file if there are several. */
export function linesOf({ count, lines }: Pick<BrokenRecords, "count" | "lines">, within = ""): string {
  const more = count > lines.length ? ", ..." : "";
  return ` (${within}line${count > 1 ? "s" : ""} ${lines.join(", ")}${more})`;
}

/** The error for an input that can't be read because of the file. */
export function inputError(
  file: string,
  message: string,
  options: { hint?: string; line?: number; cause?: unknown } = {},
): QuadratError {
  const { hint, line, cause } = options;
  return new QuadratError("input", `${file}${line === undefined ? "" : `, line ${line}`}: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(hint === undefined ? {} : { hint }),
    place: { file, ...(line === undefined ? {} : { line }) },
  });
}

/** The error for a file that the system does not let us read; undefined if its content is to blame. */
export function fileError(file: string, cause: unknown): unknown {
  if (isQuadratError(cause)) return cause;
  const files = outOfFiles(cause);
  if (files) return files;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  if (code === "EIO")
    return inputError(file, message, { cause, hint: `${failingDisk}, and copy the file again` });
  return code === "" || code.startsWith("Z_") ? undefined : inputError(file, message, { cause });
}

/** The error for a configuration that does not fit the file. */
export function usageError(file: string, key: string, message: string, hint: string): QuadratError {
  return new QuadratError("usage", `${file}: ${message}`, { hint, place: { file, key } });
}

/** Converts an error of Node or DuckDB while an input is put on the grid into one for the user. */
export function readError(file: string, cause: unknown): unknown {
  if (isQuadratError(cause) || isAbort(cause)) return cause;
  // Not a fault of the table: the caller that knows the store and the folder for temporary files words the
  // error.
  const refused = systemFault(cause);
  if (refused && refused.kind !== "memory") return cause;
  const [message = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  const place = { file };
  if (message.startsWith("Out of Memory Error")) {
    const text = `putting ${file} on the grid needs more memory than is available`;
    return new QuadratError("memory", text, { cause, hint: "raise `memory.limit`", place });
  }
  if (message.startsWith("INTERNAL Error"))
    return new QuadratError("internal", `${file}: ${message}`, { cause, place });
  return inputError(file, message.replace(/^\w[\w ]* Error: /, ""));
}
