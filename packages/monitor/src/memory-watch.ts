import { setTimeout as wait } from "node:timers/promises";
import type { Config, MemoryLevel } from "@quadrat/core";
import { footprintWish, planFootprint, type MemoryWatch, type Registry } from "@quadrat/core/host";
import { openMemoryBackend } from "./backends/open.js";
import { thisHost, type Host } from "./host.js";
import { LeakWatch, type LeakWatchOptions } from "./leaks/watch.js";
import { detectMemoryLimit } from "./limit/detect.js";
import { resolveMemoryLimit, type ResolvedLimit } from "./limit/resolve.js";
import { peakRss } from "./process-memory.js";
import { Ballot } from "./sizing/ballot.js";
import { BatchSizer } from "./sizing/batch-sizer.js";
import { onExhaustion } from "./sizing/exhaustion.js";
import type { Clock } from "./watch/clock.js";
import { warnOfFailure, type MonitorFailure } from "./watch/failure.js";
import { MemoryMonitor } from "./watch/monitor.js";

export interface MemoryWatchOptions {
  readonly config: Pick<Config, "memory" | "merge" | "resampling" | "threads" | "datasets">;
  /** The registry in which the backend is looked up by name. */
  readonly registry: Pick<Registry, "memoryBackends">;
  /** The initial mode; default: the configuration's, with `auto` counting as in memory. */
  readonly streaming?: boolean;
  /** Called with failures of the backend and of callbacks; default: a process warning. */
  readonly onError?: (failure: MonitorFailure) => void;
  readonly host?: Host;
  readonly clock?: Clock;
  /** Options of the search for leaks, such as how often to measure. */
  readonly leaks?: LeakWatchOptions;
}

/** The maximum time that work waits for a measurement that it asked for. */
const patienceMs = 100;

/** The memory watch of one run, with its parts. */
export interface RunMemoryWatch extends MemoryWatch {
  readonly limit: ResolvedLimit;
  readonly monitor: MemoryMonitor;
  readonly sizes: BatchSizer;
}

/**
 * Finds the limit, opens the configured backend and couples a monitor to the sizes of a run.
 * @throws QuadratError if the backend does not exist, or its options or the thresholds are invalid
 */
export async function openMemoryWatch(options: MemoryWatchOptions): Promise<RunMemoryWatch> {
  const { registry, host = thisHost, clock, onError } = options;
  const { memory, merge } = options.config;
  const limit = resolveMemoryLimit(memory.limit, detectMemoryLimit(host));
  const sizes = new BatchSizer({
    batchRows: merge.streamingChunkSize,
    windowSize: planFootprint(limit.bytes, footprintWish(options.config)).windowSize,
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
  const ballot = new Ballot(onError ?? warnOfFailure);
  sizes.connect(monitor, ballot);
  const leaks = new LeakWatch({ ...(clock && { clock }), ...options.leaks });
  const levels: readonly MemoryLevel[] = ["warning", "critical", "recovered"];
  return {
    limit,
    limitBytes: limit.bytes,
    limitNote: limit.warning,
    monitor,
    sizes,
    get minBatchRows() {
      return sizes.minBatchRows;
    },
    get adaptations() {
      return sizes.adaptations;
    },
    peakRss: () => peakRss(host),
    on: (level, callback, name) => monitor.on(level, callback, name),
    vote: (voter, name) => ballot.add(voter, name),
    startStreaming: () => sizes.startStreaming(),
    startBatches: (rows) => sizes.startBatches(rows),
    note(level, action) {
      sizes.note({ time: monitor.last?.time ?? Date.now(), ratio: monitor.last?.ratio ?? 0, level }, action);
    },
    check: () => Promise.race([monitor.sampleNow(), wait(patienceMs, undefined, { ref: false })]),
    batchDone: (stage) => leaks.batchDone(stage),
    findLeaks() {
      leaks.close();
      return leaks.findings;
    },
    get history() {
      return monitor.history;
    },
    start(listener, observer = {}) {
      for (const level of levels) monitor.on(level, (event) => listener(event), "pipeline");
      if (observer.parts) monitor.describe(() => observer.parts!());
      monitor.onReading((reading) => observer.reading?.(reading), "profile");
      onExhaustion(monitor, sizes, (reading) => observer.exhausted?.(reading));
      monitor.start();
    },
    async stop() {
      leaks.close();
      await monitor[Symbol.asyncDispose]();
    },
  };
}
