import { isQuadratError, QuadratError } from "@quadrat/core/base";

/** An error of kind "input" about the file at `path`. */
export function fault(
  path: string,
  message: string,
  options: { readonly hint?: string; readonly key?: string; readonly cause?: unknown } = {},
): QuadratError {
  const { key, ...rest } = options;
  return new QuadratError("input", message, {
    ...rest,
    place: { file: path, ...(key === undefined ? {} : { key }) },
  });
}

/** Bytes that do not mean anything; whoever knows the file adds it. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}

/** Runs `work`, and names the file, and what was being read of it, if its bytes are damaged. */
export async function readingOf<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Damaged) throw fault(path, `${what} is damaged: ${error.message}`, { cause: error });
    if (isQuadratError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw fault(path, `${what} can't be read: ${message}`, { cause: error });
  }
}
