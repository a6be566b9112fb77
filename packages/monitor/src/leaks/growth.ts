import { mannKendallScore, median, theilSenSlope, type LeakPoint } from "./trend.js";

/** What counts as growth. */
export interface GrowthLimits {
  /** Minimum number of points to judge by; default 12: with fewer the score hardly reaches its limit. */
  readonly minPoints: number;
  /**
   * Mann-Kendall score; default 4, one-sided 3.2e-5. A stage is judged again after each measurement, hundreds of times
   * in a long run, so the usual 1 % would alarm by chance.
   */
  readonly minScore: number;
  /** Slope; default 1 KiB: below it 100,000 batches lose less than 100 MiB. */
  readonly minBytesPerBatch: number;
  /** Slope times batches; default 4 MiB: compiled code and inline caches of a process grow by less. */
  readonly minGrownBytes: number;
}

export const defaultGrowthLimits: GrowthLimits = {
  minPoints: 12,
  minScore: 4,
  minBytesPerBatch: 1024,
  minGrownBytes: 4 * 1024 ** 2,
};

/** A steady growth of memory. */
export interface Growth {
  readonly bytesPerBatch: number;
  /** Batches from the first to the last point. */
  readonly batches: number;
  /** `bytesPerBatch` times `batches`. */
  readonly grownBytes: number;
}

/**
 * The growth of memory over points in order of batches, or undefined unless it is clear, large enough and steady.
 *
 * Steady: from quarter to quarter of the points the median rises by at least half of the mean rise, and the slope of
 * the last third is at least half of the whole slope; and nowhere does memory fall back by half of what it grew. A step
 * rises in one place only, a cache that has filled no longer rises, and a sawtooth falls, though each can have a slope
 * and a score as high as a leak's.
 */
export function judgeGrowth(points: readonly LeakPoint[], limits: GrowthLimits): Growth | undefined {
  const { minPoints, minScore, minBytesPerBatch, minGrownBytes } = limits;
  if (points.length < Math.max(4, minPoints)) return undefined;
  const batches = points.at(-1)!.batch - points[0]!.batch;
  if (mannKendallScore(points) < minScore) return undefined;
  const bytesPerBatch = theilSenSlope(points);
  const grownBytes = bytesPerBatch * batches;
  if (bytesPerBatch < minBytesPerBatch || grownBytes < minGrownBytes) return undefined;
  if (deepestFall(points) > grownBytes / 2 || !steady(points, bytesPerBatch)) return undefined;
  return { bytesPerBatch, batches, grownBytes };
}

function steady(points: readonly LeakPoint[], slope: number): boolean {
  const part = (from: number, to: number): readonly LeakPoint[] =>
    points.slice(Math.floor(from * points.length), Math.floor(to * points.length));
  const levels = [0, 1, 2, 3].map((i) => median(part(i / 4, (i + 1) / 4).map(({ bytes }) => bytes)));
  const meanRise = (levels[3]! - levels[0]!) / 3;
  const rises = levels.slice(1).map((level, i) => level - levels[i]!);
  return rises.every((rise) => rise >= meanRise / 2) && theilSenSlope(part(2 / 3, 1)) >= slope / 2;
}

/**
 * The largest fall of memory below an earlier level, in bytes; by medians of three points, so that a single outlier does
 * not count.
 */
function deepestFall(points: readonly LeakPoint[]): number {
  let highest = -Infinity;
  let fall = 0;
  for (let i = 1; i + 1 < points.length; i++) {
    const level = median(points.slice(i - 1, i + 2).map(({ bytes }) => bytes));
    highest = Math.max(highest, level);
    fall = Math.max(fall, highest - level);
  }
  return fall;
}
