/** The maximum bytes of spare buffers that a thread keeps. */
const most = 16 * 2 ** 20;

/** Spare buffers by size; the size requested last is at the end. */
const spares = new Map<number, ArrayBuffer[]>();
let bytes = 0;

/** A spare buffer of exactly this size, if there is one. Its contents are those of its last use. */
export function takeSpare(size: number): ArrayBuffer | undefined {
  const sized = spares.get(size);
  const buffer = sized?.pop();
  if (!sized || !buffer) return undefined;
  bytes -= size;
  spares.delete(size);
  if (sized.length > 0) spares.set(size, sized);
  return buffer;
}

/**
 * Keeps a buffer for the next caller that needs one of its size. Sizes that have not been requested for the
 * longest time are dropped first.
 */
export function addSpare(buffer: ArrayBuffer): void {
  const { byteLength } = buffer;
  if (byteLength === 0 || byteLength > most) return;
  const sized = spares.get(byteLength);
  if (sized) sized.push(buffer);
  else spares.set(byteLength, [buffer]);
  bytes += byteLength;
  for (const [size, buffers] of spares) {
    if (bytes <= most) return;
    bytes -= size * buffers.length;
    spares.delete(size);
  }
}

/** Releases all spare buffers of this thread. */
export function dropSpares(): void {
  spares.clear();
  bytes = 0;
}
