import { reclaim } from "./memory-reclaim.js";
import { addSpare, takeSpare } from "./spare-buffers.js";

/** Buffers that were lent and may come back. */
const lent = new WeakSet<ArrayBuffer>();

/**
 * A buffer of exactly so many bytes, whose contents may be anything: a spare one if there is one, else a new one. Work that
 * gives back what it takes allocates nothing after its first rounds: no pages to fault in, no garbage to collect.
 */
export function takeBuffer(bytes: number): ArrayBuffer {
  const buffer = takeSpare(bytes) ?? allocate(bytes);
  lent.add(buffer);
  return buffer;
}

/** {@link takeBuffer}, all zeros. */
export function takeZeros(bytes: number): Uint8Array<ArrayBuffer> {
  const spare = takeSpare(bytes);
  const zeros = new Uint8Array(spare ?? allocate(bytes));
  if (spare) zeros.fill(0);
  lent.add(zeros.buffer);
  return zeros;
}

/** Gives a buffer back that nothing uses any more. One that was not lent by this thread, or is kept, stays as it is. */
export function returnBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && lent.delete(buffer)) addSpare(buffer);
}

/** Makes a buffer that belongs to the caller alone a spare one, wherever it is from: another thread, for example. */
export function donateBuffer(buffer: ArrayBuffer): void {
  lent.delete(buffer);
  addSpare(buffer);
}

/** Says that a lent buffer will be used from now on by who knows whom: {@link returnBuffer} leaves it alone. */
export function keepBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) lent.delete(buffer);
}

function allocate(bytes: number): ArrayBuffer {
  reclaim(bytes);
  return new ArrayBuffer(bytes);
}
