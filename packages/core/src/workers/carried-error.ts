import { isQuadratError, QuadratError } from "../errors.js";

/** A failure as it crosses from one thread to another: the fields of a QuadratError, or of any other error. */
export interface CarriedError {
  readonly kind?: QuadratError["kind"];
  readonly message: string;
  readonly stack?: string;
  readonly hint?: string;
  readonly place?: QuadratError["place"];
}

export function carry(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const plain = { message: error.message, ...(error.stack && { stack: error.stack }) };
  if (!isQuadratError(error)) return plain;
  return { ...plain, kind: error.kind, place: error.place, ...(error.hint && { hint: error.hint }) };
}

export function revive({ kind, message, stack, hint, place }: CarriedError): Error {
  const error = kind
    ? new QuadratError(kind, message, { ...(hint && { hint }), ...(place && { place }) })
    : new Error(message);
  if (stack) error.stack = stack;
  return error;
}
