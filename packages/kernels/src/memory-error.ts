/**
 * Thrown where a thread can't have the memory that the kernels work in. It has the fields by which `@quadrat/core` knows an error
 * that a user can act on, since this package imports nothing.
 */
export class KernelMemoryError extends Error {
  override readonly name = "KernelMemoryError";
  readonly kind = "memory";
  readonly exitCode = 3;
  readonly hint =
    "raise the limit on virtual memory (`ulimit -v`): each thread reserves some 10 GB of address space, of which it uses a few MB";
  readonly place = {};

  constructor(bytes: number, cause: unknown) {
    super(`WebAssembly could not get ${Math.ceil(bytes / 2 ** 20)} MiB of memory for the kernels`, { cause });
    Object.defineProperty(this, Symbol.for("quadrat.error"), { value: true });
  }
}
