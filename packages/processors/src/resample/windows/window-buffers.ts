import { reclaim } from "@quadrat/core/base";

/** Only few are in use at once: a strip of pixels for each part of a block. */
const mostKept = 2;

/** Blocks of columns differ a little in their widths. */
const spareRoom = 1.125;

const kept: WeakRef<ArrayBuffer>[] = [];

/**
 * A buffer of at least this many bytes with undefined contents, to be returned with `returnWindow`. Fresh memory would have
 * to be cleared page by page, and collected again. Buffers that are not in use are held weakly: a full collection frees
 * them.
 */
export function borrowWindow(bytes: number): ArrayBuffer {
  while (kept.length > 0) {
    const buffer = kept.pop()!.deref();
    if (buffer && buffer.byteLength >= bytes) return buffer;
  }
  const roomy = Math.ceil(bytes * spareRoom);
  reclaim(roomy);
  return new ArrayBuffer(roomy);
}

export function returnWindow(buffer: ArrayBuffer): void {
  if (kept.length < mostKept) kept.push(new WeakRef(buffer));
}
