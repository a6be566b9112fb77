import { readFileSync } from "node:fs";

/**
 * Thrown where a thread can't have the memory that the kernels work in. It has the fields by which `@quadrat/core` knows an error
 * that a user can act on, since this package imports nothing.
 */
export class KernelMemoryError extends Error {
  override readonly name = "KernelMemoryError";
  readonly kind = "memory";
  readonly exitCode = 3;
  readonly hint: string;
  readonly place = {};

  constructor(message: string, hint: string, cause: unknown) {
    super(message, { cause });
    this.hint = hint;
    Object.defineProperty(this, Symbol.for("quadrat.error"), { value: true });
  }
}

/**
 * The error where a memory could not be created: what it lacks is addresses, which WebAssembly reserves for all that it could grow to.
 * @param limit of the address space, in bytes
 */
export function noAddresses(cause: unknown, limit: number | undefined): KernelMemoryError {
  if (limit === undefined) {
    const message = "WebAssembly could not reserve addresses for the kernels";
    return new KernelMemoryError(message, `it needs ${needed}`, cause);
  }
  return new KernelMemoryError(
    `the limit on the address space, ${Math.floor(limit / 1024)} KiB (ulimit -v), is too small for the kernels`,
    `remove it (\`ulimit -v unlimited\`), or raise it to ${needed}`,
    cause,
  );
}

/** The error where a memory can't grow to so many bytes. */
export function noGrowth(bytes: number, cause: unknown): KernelMemoryError {
  return new KernelMemoryError(
    `WebAssembly could not get ${Math.ceil(bytes / 2 ** 20)} MiB of memory for the kernels`,
    "use fewer threads, or a machine or a limit (`ulimit -d`) with more memory",
    cause,
  );
}

/** The limit on the address space of a process, in bytes. @param limits the text of /proc/self/limits */
export function addressLimit(limits: string = ownLimits()): number | undefined {
  const soft = /^Max address space\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

function ownLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}

/** Of addresses, hardly any of which are ever used. */
const needed = "4 GB and 10 GB more for the main thread and each other one, which is 24 GB with `threads: 1`";
