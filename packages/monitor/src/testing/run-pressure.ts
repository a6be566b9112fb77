import type { MemoryVoter } from "@quadrat/core";
import { Ballot } from "../sizing/ballot.js";
import { BatchSizer, type BatchSizerOptions, type SizeAdaptation } from "../sizing/batch-sizer.js";
import type { MonitorFailure } from "../watch/failure.js";
import { MemoryMonitor, type MemoryMonitorOptions } from "../watch/monitor.js";
import type { MemoryReading } from "../watch/reading.js";
import { fakeBackend, type FakeBackend } from "./fake-backend.js";
import { manualClock, type ManualClock } from "./manual-clock.js";

export interface PressureRunOptions {
  /** Default 8000 rows, 2048 pixels, not streaming. */
  readonly sizes?: Partial<BatchSizerOptions>;
  readonly monitor?: Omit<MemoryMonitorOptions, "backend" | "clock">;
  /** The voters before sizes change, by name. */
  readonly voters?: Readonly<Record<string, MemoryVoter>>;
  /** Called before the start, to subscribe what is being tested. */
  readonly prepare?: (monitor: MemoryMonitor, sizer: BatchSizer) => void;
}

/** The result of a series: a monitor that has stopped, with nothing under way. */
export interface PressureRun {
  readonly backend: FakeBackend;
  readonly clock: ManualClock;
  readonly monitor: MemoryMonitor;
  readonly sizer: BatchSizer;
  /** All readings, none thinned out. */
  readonly readings: readonly MemoryReading[];
  readonly adaptations: readonly SizeAdaptation[];
  /** Voters that failed. */
  readonly failures: readonly MonitorFailure[];
}

/**
 * Runs a monitor with a connected sizer through a series of ratios, one per interval, on a clock that needs no waiting.
 * @throws RangeError for a ratio that no backend could have measured
 */
export async function runPressure(
  ratios: readonly number[],
  options: PressureRunOptions = {},
): Promise<PressureRun> {
  for (const [index, ratio] of ratios.entries()) {
    if (Number.isFinite(ratio) && ratio >= 0) continue;
    throw new RangeError(`ratio ${index} of the series is ${String(ratio)}: it must be a number, 0 or above`);
  }
  const clock = manualClock();
  const backend = fakeBackend();
  backend.push(...ratios);
  const monitor = new MemoryMonitor({ ...options.monitor, backend, clock });
  const sizer = new BatchSizer({ batchRows: 8000, windowSize: 2048, ...options.sizes });
  const failures: MonitorFailure[] = [];
  const ballot = new Ballot((failure) => void failures.push(failure));
  for (const [name, voter] of Object.entries(options.voters ?? {})) ballot.add(voter, name);
  sizer.connect(monitor, ballot);
  const readings: MemoryReading[] = [];
  monitor.onReading((reading) => void readings.push(reading), "pressure run");
  options.prepare?.(monitor, sizer);
  if (ratios.length > 0) {
    monitor.start();
    await clock.advance(monitor.intervalMs * (ratios.length - 1));
    monitor.stop();
  }
  await settle(monitor, clock);
  return { backend, clock, monitor, sizer, readings, adaptations: sizer.adaptations, failures };
}

/**
 * Advances the clock until no callback of the monitor is under way (true), or its time-out is over (false). A monitor
 * that has been started continues to sample.
 */
export async function settle(
  monitor: Pick<MemoryMonitor, "settled" | "intervalMs">,
  clock: ManualClock,
): Promise<boolean> {
  let quiet: boolean | undefined;
  const settled = monitor.settled().then((result) => (quiet = result));
  await clock.advance(0);
  while (quiet === undefined) await clock.advance(monitor.intervalMs);
  return settled;
}
