import type { Sizes } from "@quadrat/core";
import type { Adaptation } from "@quadrat/core/host";
import type { SizeBounds } from "../sizing/batch-sizer.js";
import type { MemoryReading } from "../watch/reading.js";
import { defaultThresholds, type Thresholds } from "../watch/thresholds.js";

/** An adaptation, with the sizes after it where they are known: `Adaptation` and `SizeAdaptation` both fit. */
export type ExplainedAdaptation = Adaptation & Partial<Sizes>;

export interface ExplainOptions {
  /** The sizes before, and whether streaming was on; default unknown. */
  readonly start?: Partial<Sizes>;
  /** Default 100 to 1,000,000 rows. */
  readonly batchBounds?: SizeBounds;
  /** Default 256 to 2048 pixels. */
  readonly windowBounds?: SizeBounds;
}

/**
 * Checks that readings explain what was adapted, in order:
 *
 * - each adaptation has a reading of its time (to the millisecond) and ratio, and none comes before the one before it;
 * - `warning` at or above its threshold, and one of a second reading only after a reading below recovery, or where a vote kept
 *   the sizes at the one before; `critical` at or above its threshold, as often as it stays there; `recovered` below recovery, after a reading at or above warning;
 * - sizes stay within their bounds and never above the start, shrink or stay under pressure, grow or stay at recovery;
 * - streaming is switched on by `critical`, or at a warning that voted for it, and never off.
 *
 * `readings` must be all of them, as `MemoryMonitor.onReading` gives them, since a long history is thinned out.
 * @throws Error that names the first adaptation not explained, and why
 */
export function explainAdaptations(
  adaptations: readonly ExplainedAdaptation[],
  readings: readonly Pick<MemoryReading, "time" | "ratio">[],
  thresholds: Thresholds = defaultThresholds,
  options: ExplainOptions = {},
): void {
  let before: Partial<Sizes> = options.start ?? {};
  let previousTime = -Infinity;
  let warnedAt = -Infinity;
  let kept = false;
  for (const [index, adaptation] of adaptations.entries()) {
    const time = Date.parse(adaptation.time);
    const problem =
      (time >= previousTime ? undefined : "it is earlier than the previous one, or has no time") ??
      unexplained(adaptation, time, kept ? -Infinity : warnedAt, readings, thresholds) ??
      wrongSizes(adaptation, before, options);
    if (problem !== undefined) {
      const { level, ratio, action } = adaptation;
      throw new Error(
        `adaptation ${index + 1} (${adaptation.time}, ${level}, ratio ${ratio}: ${action}) is not explained: ${problem}`,
      );
    }
    previousTime = time;
    if (adaptation.level === "warning") {
      warnedAt = time;
      kept = adaptation.action.startsWith("keep");
    }
    before = { ...before, ...adaptation };
  }
}

type Readings = readonly Pick<MemoryReading, "time" | "ratio">[];

function unexplained(
  { level, ratio }: Adaptation,
  time: number,
  warnedAt: number,
  readings: Readings,
  { warning, critical, recovery }: Thresholds,
): string | undefined {
  const at = readings.findIndex((reading) => Math.trunc(reading.time) === time && reading.ratio === ratio);
  if (at < 0) return "no reading of that time has that ratio";
  const earlier = readings.slice(0, at);
  switch (level) {
    case "warning":
      if (ratio < warning) return `it is below the warning threshold ${warning}`;
      if (warnedAt === -Infinity || warnedAt === time) return undefined;
      return earlier.some((reading) => reading.time > warnedAt && reading.ratio < recovery)
        ? undefined
        : `there was a warning already, and no reading below the recovery threshold ${recovery} since`;
    case "critical":
      return ratio < critical ? `it is below the critical threshold ${critical}` : undefined;
    case "recovered":
      if (ratio >= recovery) return `it is not below the recovery threshold ${recovery}`;
      return earlier.some((reading) => reading.ratio >= warning)
        ? undefined
        : `no reading before was at or above the warning threshold ${warning}`;
  }
}

function wrongSizes(
  after: ExplainedAdaptation,
  before: Partial<Sizes>,
  {
    start,
    batchBounds = { min: 100, max: 1_000_000 },
    windowBounds = { min: 256, max: 2048 },
  }: ExplainOptions,
): string | undefined {
  for (const [key, { min, max }] of [
    ["batchRows", batchBounds],
    ["windowSize", windowBounds],
  ] as const) {
    const size = after[key];
    if (size === undefined) continue;
    const most = Math.min(max, start?.[key] ?? max);
    if (!(min <= size && size <= most)) return `${key} ${size} is not within ${min} to ${most}`;
    const last = before[key] ?? size;
    if (after.level !== "recovered" && size > last)
      return `${key} grows from ${last} to ${size} under pressure`;
    if (after.level === "recovered" && size < last)
      return `${key} shrinks from ${last} to ${size} at recovery`;
  }
  if (before.streaming === true && after.streaming === false) return "streaming is switched off";
  if (before.streaming === false && after.streaming === true && !maySwitch(after)) {
    return `streaming is switched on by ${after.level}`;
  }
  return undefined;
}

function maySwitch({ level, action }: Adaptation): boolean {
  return level === "critical" || (level === "warning" && action.includes("voted for by"));
}
