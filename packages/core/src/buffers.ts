import { reclaim } from "./memory-reclaim.js";
import { addSpare, takeSpare } from "./spare-buffers.js";

/** Buffers that were lent and may be returned. */
const lent = new WeakSet<ArrayBuffer>();

/**
 * A buffer of exactly this many bytes with undefined contents: a spare one if there is one, else a new one. Work that
 * returns what it takes allocates nothing after its first rounds: no pages to fault in, no garbage to collect.
 */
export function takeBuffer(bytes: number): ArrayBuffer {
  const buffer = takeSpare(bytes) ?? allocate(bytes);
  lent.add(buffer);
  return buffer;
}

/** Like {@link takeBuffer}, but filled with zeros. */
export function takeZeros(bytes: number): Uint8Array<ArrayBuffer> {
  const spare = takeSpare(bytes);
  const zeros = new Uint8Array(spare ?? allocate(bytes));
  if (spare) zeros.fill(0);
  lent.add(zeros.buffer);
  return zeros;
}

/** Returns a buffer that is no longer used. One that was not lent by this thread, or is retained, is left alone. */
export function returnBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && lent.delete(buffer)) addSpare(buffer);
}

/**
 * Turns a buffer that belongs to the caller alone into a spare one, wherever it is from: another thread, for
 * example.
 */
export function donateBuffer(buffer: ArrayBuffer): void {
  lent.delete(buffer);
  addSpare(buffer);
}

/** Marks a lent buffer as retained: it may outlive this call, so {@link returnBuffer} leaves it alone. */
export function keepBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) lent.delete(buffer);
}

function allocate(bytes: number): ArrayBuffer {
  reclaim(bytes);
  return new ArrayBuffer(bytes);
}
