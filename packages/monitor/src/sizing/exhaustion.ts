import type { MemoryMonitor } from "../watch/monitor.js";
import type { MemoryReading } from "../watch/reading.js";
import type { BatchSizer } from "./batch-sizer.js";

/** Milliseconds for the last concession to take effect: garbage is collected, threads finish their window. */
const graceMs = 5000;

/** The same above the limit itself. */
const graceAboveLimitMs = 1000;

/**
 * Calls `tell` once, when the sizer has nothing left to give up and every reading since has been critical for a while.
 */
export function onExhaustion(
  monitor: Pick<MemoryMonitor, "onReading" | "thresholds">,
  sizes: Pick<BatchSizer, "exhausted">,
  tell: (reading: MemoryReading) => void,
): () => void {
  let since: number | undefined;
  let above: number | undefined;
  const stop = monitor.onReading((reading) => {
    const { time, ratio } = reading;
    const helpless = sizes.exhausted && ratio >= monitor.thresholds.critical;
    since = helpless ? (since ?? time) : undefined;
    above = helpless && ratio >= 1 ? (above ?? time) : undefined;
    if (since === undefined) return;
    const over = time - since >= graceMs || (above !== undefined && time - above >= graceAboveLimitMs);
    if (!over) return;
    stop();
    tell(reading);
  }, "exhaustion");
  return stop;
}
