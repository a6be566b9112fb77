import { defaultThresholds, type Thresholds } from "../watch/thresholds.js";
import { seededRandom } from "./random.js";

export interface PressureSeriesOptions {
  /** Readings; default 120, half a minute at the monitor's interval. */
  readonly length?: number;
  /** The thresholds that ramps lead to and plateaus lie above; default the monitor's own. */
  readonly thresholds?: Thresholds;
  /** The maximum ratio; default 1.2: a resident set may exceed its limit for a while. */
  readonly max?: number;
}

/**
 * Ratios to the limit such as a run under changing load may show: calm stretches, ramps, spikes, plateaus above each
 * threshold, and recoveries, in random order. The same series for the same seed and options.
 */
export function pressureSeries(seed: number, options: PressureSeriesOptions = {}): number[] {
  const { length = 120, thresholds = defaultThresholds, max = 1.2 } = options;
  const { recovery, warning, critical } = thresholds;
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const steps = (least: number, most: number): number => Math.floor(between(least, most + 1));
  const series: number[] = [];
  let now = between(0.05, recovery);

  const wobble = 0.01;
  const add = (ratio: number): void => {
    now = Math.min(max, Math.max(0, ratio));
    series.push(Number(now.toFixed(4)));
  };
  const stay = (level: number, count: number): void => {
    for (let i = 0; i < count; i++) add(level + between(-wobble, wobble));
  };
  const go = (to: number, count: number): void => {
    const from = now;
    for (let i = 1; i <= count; i++) add(from + ((to - from) * i) / count + between(-wobble, wobble));
  };
  const episodes: readonly (() => void)[] = [
    () => stay(now, steps(3, 15)),
    () => go(between(recovery, max), steps(4, 20)),
    () => go(between(0, critical), steps(4, 20)),
    () => {
      const before = now;
      stay(between(warning, max), steps(1, 2));
      stay(before, steps(1, 4));
    },
    () => stay(between(warning, critical), steps(5, 20)),
    () => stay(between(critical, max), steps(5, 25)),
    // Around a threshold, where a monitor without hysteresis would flutter.
    () => stay([recovery, warning, critical][steps(0, 2)] ?? warning, steps(4, 12)),
    () => go(between(0.05, recovery - 2 * wobble), steps(2, 8)),
    // Exactly on a threshold.
    () => add([recovery, warning, critical][steps(0, 2)] ?? warning),
  ];
  while (series.length < length) episodes[Math.floor(random() * episodes.length)]!();
  return series.slice(0, length);
}
