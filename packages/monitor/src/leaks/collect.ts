import { reclaimAll } from "@quadrat/core/base";

/**
 * Collects all garbage of this thread, whatever flags Node was started with, and returns the milliseconds it took:
 * about 10 for a small heap.
 * @throws Error if V8 does not expose its collector
 */
export function collectGarbage(): number {
  const start = performance.now();
  reclaimAll();
  return performance.now() - start;
}

/** Memory that this thread's JavaScript holds, in bytes. */
export interface ThreadMemory {
  readonly heap: number;
  /** Off the heap but owned by objects on it: array buffers, native objects. */
  readonly external: number;
}

/** Collects all garbage of this thread, and returns what is left. @throws Error as `collectGarbage` does */
export function memoryAfterCollection(): ThreadMemory {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external };
}

/** Bytes in use after a full collection, on the heap and in array buffers. @throws Error as `collectGarbage` does */
export function usedAfterCollection(): number {
  const { heap, external } = memoryAfterCollection();
  return heap + external;
}
