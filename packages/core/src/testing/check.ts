import { pluginFaults } from "../plugin/plugin-faults.js";

/** One requirement of an interface, to be run by any test runner. */
export interface Check {
  readonly name: string;
  /** Rejects with an error that says what the interface requires and what was found. */
  readonly run: () => Promise<void>;
}

/** The check that a definition has the structure of a plugin's part. */
export function soundDefinition(parts: Readonly<Record<string, unknown>>): Check {
  const check = (): void => {
    const faults = pluginFaults({ name: "suite", ...parts });
    demand(faults.length === 0, () => faults.join("; "));
  };
  return { name: "is a definition that Quadrat accepts", run: () => Promise.resolve().then(check) };
}

/** Fails a check. */
export function demand(holds: boolean, message: () => string): asserts holds {
  if (!holds) throw new Error(message());
}

/** The rejection of a promise; fails the check if it resolves. */
export async function rejection(work: () => unknown, message: string): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error(message);
}

/** Whether an error is, or was caused by, another. */
export function isCausedBy(error: unknown, origin: unknown): boolean {
  for (let at = error, depth = 0; depth < 10; depth++) {
    if (at === origin) return true;
    if (!(at instanceof Error)) return false;
    at = at.cause;
  }
  return false;
}
