/** The same for every copy of this package that a process has loaded. */
const brand = Symbol.for("quadrat.transferable");

/** A worker's result together with its buffers that are transferred to the caller instead of being copied. */
export class Transferable<T = unknown> {
  readonly [brand] = true;
  readonly value: T;
  readonly buffers: readonly ArrayBuffer[];

  constructor(value: T, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** Wraps the result of a worker function so that `buffers` are transferred to the caller. */
export function transferable<T>(value: T, buffers: readonly ArrayBuffer[]): Transferable<T> {
  return new Transferable(value, buffers);
}

export function isTransferable(value: unknown): value is Transferable {
  return typeof value === "object" && value !== null && brand in value;
}
