import type { Config, MemoryLevel, MemoryWatch, Registry } from "@quadrat/core";
import { openMemoryBackend } from "./backends/open.js";
import { thisHost, type Host } from "./host.js";
import { detectMemoryLimit } from "./limit/detect.js";
import { resolveMemoryLimit, type ResolvedLimit } from "./limit/resolve.js";
import { peakRss } from "./process-memory.js";
import { BatchSizer } from "./sizing/batch-sizer.js";
import type { Clock } from "./watch/clock.js";
import type { MonitorFailure } from "./watch/failure.js";
import { MemoryMonitor } from "./watch/monitor.js";

export interface MemoryWatchOptions {
  readonly config: Pick<Config, "memory" | "merge" | "resampling">;
  /** Where the backend is looked up by name. */
  readonly registry: Pick<Registry, "memoryBackends">;
  /** The mode to start in; default: the configuration's, where `auto` counts as in memory. */
  readonly streaming?: boolean;
  /** Told of failures of the backend and of callbacks; default: a process warning. */
  readonly onError?: (failure: MonitorFailure) => void;
  readonly host?: Host;
  readonly clock?: Clock;
}

/** The watch of one run, with its parts. */
export interface RunMemoryWatch extends MemoryWatch {
  readonly limit: ResolvedLimit;
  readonly monitor: MemoryMonitor;
  readonly sizes: BatchSizer;
}

/**
 * Finds the limit, opens the configured backend and couples a monitor to the sizes of a run.
 * @throws QuadratError when there is no such backend, or its options or the thresholds are wrong
 */
export async function openMemoryWatch(options: MemoryWatchOptions): Promise<RunMemoryWatch> {
  const { registry, host = thisHost, clock, onError } = options;
  const { memory, merge, resampling } = options.config;
  const limit = resolveMemoryLimit(memory.limit, detectMemoryLimit(host));
  const sizes = new BatchSizer({
    batchRows: merge.streamingChunkSize,
    windowSize: resampling.windowSize,
    streaming: options.streaming ?? merge.enableStreaming === true,
  });
  const backend = await openMemoryBackend(registry.memoryBackends.get(memory.backend), {
    limit: limit.bytes,
    options: memory.backendOptions,
  });
  const monitor = new MemoryMonitor({
    backend,
    thresholds: {
      warning: memory.warningThreshold,
      critical: memory.criticalThreshold,
      recovery: memory.recoveryThreshold,
    },
    intervalMs: memory.intervalMs,
    ...(clock ? { clock } : {}),
    ...(onError ? { onError } : {}),
  });
  sizes.connect(monitor);
  const levels: readonly MemoryLevel[] = ["warning", "critical", "recovered"];
  return {
    limit,
    limitBytes: limit.bytes,
    monitor,
    sizes,
    get minBatchRows() {
      return sizes.minBatchRows;
    },
    get adaptations() {
      return sizes.adaptations;
    },
    peakRss: () => peakRss(host),
    startStreaming: () => sizes.startStreaming(),
    start(listener) {
      for (const level of levels) monitor.on(level, () => listener(level), "pipeline");
      monitor.start();
    },
    stop: () => monitor[Symbol.asyncDispose](),
  };
}
