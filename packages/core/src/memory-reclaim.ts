import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { runInNewContext } from "node:vm";
import { dropSpares } from "./spare-buffers.js";

type Collect = (options?: { readonly type: "minor" }) => void;

let collector: Collect | undefined;

function collect(): Collect {
  if (!collector) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as Collect;
  }
  return collector;
}

/** Bytes of buffers let go of before the young generation is collected, and collections of it before everything is. */
const step = 4 * 2 ** 20;
const stepsToAll = { thread: 8, main: 48 };

let dropped = 0;
let steps = 0;

/**
 * Tells that so many bytes of array buffers are no longer needed by this thread. V8 waits for 64 MiB of them before it
 * collects of its own accord; here the young ones are free again after 4 MiB, for about half a millisecond, and those
 * that have lived longer after 32 MiB, for some milliseconds; in the main thread, whose heap is large and whose buffers
 * are mostly used again, after 192 MiB.
 * @param allowance bytes that may lie around instead of those 4 MiB, for work that has been given more memory
 */
export function reclaim(bytes: number, allowance = step): void {
  dropped += (bytes * step) / Math.max(step, allowance);
  if (dropped < step) return;
  dropped = 0;
  steps = (steps + 1) % (isMainThread ? stepsToAll.main : stepsToAll.thread);
  if (steps === 0) collect()();
  else collect()({ type: "minor" });
}

/** Collects everything that this thread no longer needs, spare buffers as well. Takes some milliseconds. */
export function reclaimAll(): void {
  dropSpares();
  dropped = 0;
  steps = 0;
  collect()();
  // V8 frees array buffers in the background after a full collection; a minor one waits for that, in 0.2 ms.
  collect()({ type: "minor" });
}
