import { importModule } from "../system/open-files.js";

/** A call of a function that a module exports, with one argument. */
export interface Call {
  /** Absolute URL. */
  readonly module: string;
  readonly call: string;
  readonly argument: unknown;
}

/** What the function returns or resolves to; a `Transferable` as such. */
export async function answerOf({ module, call, argument }: Call): Promise<unknown> {
  const exports = (await importModule(module)) as Record<string, (argument: unknown) => unknown>;
  return exports[call]!(argument);
}
