import { locate } from "../errors.js";
import type { ErrorPlace, QuadratErrorKind } from "../errors.js";

/** The owner of the function called: a part of a plugin, in words such as `exporter "csv"`. */
export interface HookOwner {
  readonly plugin: string;
  readonly part: string;
}

/**
 * Calls a function of a plugin's part. Whatever it throws is reported with the plugin, the part and the
 * function.
 * @param kind of a failure that is not a QuadratError
 */
export async function inHook<T>(
  { plugin, part }: HookOwner,
  hook: string,
  work: () => T | Promise<T>,
  place: () => ErrorPlace = () => ({}),
  kind: QuadratErrorKind = "plugin",
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw locate(error, { plugin, hook: `${part} ${hook}`, ...place() }, kind);
  }
}

/** Whether a plugin comes with Quadrat. */
export function isBuiltin(plugin: string): boolean {
  return plugin.startsWith("@quadrat/");
}
