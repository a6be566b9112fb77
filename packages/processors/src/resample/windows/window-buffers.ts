import { reclaim } from "@quadrat/core/base";

/** Few are in use at once: a strip of pixels for each part of a block. */
const mostKept = 2;

/** Blocks of columns differ a little in their widths. */
const spareRoom = 1.125;

const kept: WeakRef<ArrayBuffer>[] = [];

/**
 * A buffer of at least so many bytes with anything in it, to be given back by `returnWindow`. Fresh memory has to be cleared
 * page by page, and collected again. What is not in use is held weakly: a full collection frees it.
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
