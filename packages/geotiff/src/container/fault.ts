import { QuadratError } from "@quadrat/core/base";

/** An error of kind "input" about the file at `path`. */
export function fault(
  path: string,
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): QuadratError {
  return new QuadratError("input", message, { ...options, place: { file: path } });
}

/** Data that a codec can't decode; the reader adds file and block. */
export class CorruptBlock extends Error {
  override readonly name = "CorruptBlock";
}

/** A valid 64-bit integer that a double can't represent. */
export class InexactInteger extends Error {
  override readonly name = "InexactInteger";
}
