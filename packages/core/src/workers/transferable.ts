/** A worker's result together with the buffers in it that move to the caller instead of being copied. */
export class Transferable<T = unknown> {
  readonly value: T;
  readonly buffers: readonly ArrayBuffer[];

  constructor(value: T, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** Wraps what a worker function returns so that `buffers` move to the caller. */
export function transferable<T>(value: T, buffers: readonly ArrayBuffer[]): Transferable<T> {
  return new Transferable(value, buffers);
}
