import { QuadratError } from "../errors.js";

/** An error of kind "input" about an address. */
export function remoteFault(
  address: string,
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): QuadratError {
  return new QuadratError("input", message, { ...options, place: { file: address } });
}

/** The error if what a server has is no longer what it was. */
export function changedFault(address: string, how: string): QuadratError {
  return remoteFault(address, `${address} was changed while it was being read: ${how}`, {
    hint: "run the same command again: what was read of it is read anew",
  });
}

/** A failure that may be over when the request is made again. */
export class PassingFailure extends Error {
  override readonly name = "PassingFailure";
  /** What the server wants to be waited for, in milliseconds. */
  readonly after: number | undefined;

  constructor(
    message: string,
    options: { readonly after?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.after = options.after;
  }
}
