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

/** Bytes of buffers to be released before the young generation is collected, and before everything is. */
const bounds = { young: 4 * 2 ** 20, thread: 32 * 2 ** 20, main: 192 * 2 ** 20 };

const dropped = { young: 0, all: 0 };

/**
 * Reports that this many bytes of array buffers are no longer needed by this thread. V8 waits for 64 MiB of them before
 * it collects of its own accord. Here the young ones are freed after 4 MiB, which takes about half a millisecond, and
 * those that have lived longer after 32 MiB, which takes a few milliseconds; in the main thread, whose heap is large
 * and whose buffers are mostly reused, after 192 MiB.
 * @param allowance bytes that may remain uncollected if that is more, for work that has been granted the memory
 */
export function reclaim(bytes: number, allowance = 0): void {
  dropped.young += bytes;
  dropped.all += bytes;
  if (dropped.all >= Math.max(allowance, isMainThread ? bounds.main : bounds.thread)) {
    dropped.young = dropped.all = 0;
    collect()();
  } else if (dropped.young >= Math.max(allowance, bounds.young)) {
    dropped.young = 0;
    collect()({ type: "minor" });
  }
}

/** Bytes off the heap, such as those of array buffers, that are not worth a collection of everything. */
const little = 32 * 2 ** 20;

/** As {@link reclaimAll}, between two parts of a run; where the parts are small that would take longer than they do. */
export function reclaimUnlessLittle(): void {
  dropSpares();
  if (process.memoryUsage().external > little) reclaimAll();
}

/** Collects everything if more than this many bytes may be waiting for it: for work that leaves objects for every column. */
export function reclaimBeyond(bytes: number): void {
  if (dropped.all < bytes) return;
  dropped.young = dropped.all = 0;
  collect()();
}

/** Collects everything that this thread no longer needs, including spare buffers. Takes a few milliseconds. */
export function reclaimAll(): void {
  dropSpares();
  dropped.young = dropped.all = 0;
  collect()();
  // V8 frees array buffers in the background after a full collection; a minor one waits for that, in 0.2 ms.
  collect()({ type: "minor" });
}
