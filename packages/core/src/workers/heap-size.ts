import { getHeapStatistics } from "node:v8";

/** Bytes that a thread's V8 has in use, in memory that the main thread can read while the thread works. */
export type HeapSize = Float64Array<SharedArrayBuffer>;

export function newHeapSize(): HeapSize {
  return new Float64Array(new SharedArrayBuffer(8));
}

/** Records this thread's heap and external memory. Takes a few microseconds. */
export function measureHeap(into: HeapSize): void {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  into[0] = heap + external;
}
