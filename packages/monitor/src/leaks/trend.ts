/** Memory in use after a collection, at the end of a batch. */
export interface LeakPoint {
  /** Number of the batch within its stage. */
  readonly batch: number;
  readonly bytes: number;
}

/**
 * Median of the slopes between all pairs of points, in bytes per batch; 0 for fewer than two points. Up to 29 % of the
 * points may be arbitrarily wrong. Batches must differ. Theil (1950); Sen (1968), Journal of the American Statistical
 * Association 63, 1379-1389, doi:10.1080/01621459.1968.10480934.
 */
export function theilSenSlope(points: readonly LeakPoint[]): number {
  const slopes: number[] = [];
  for (const [i, a] of points.entries()) {
    for (let j = i + 1; j < points.length; j++) {
      const b = points[j]!;
      slopes.push((b.bytes - a.bytes) / (b.batch - a.batch));
    }
  }
  return slopes.length === 0 ? 0 : median(slopes);
}

/**
 * The Mann-Kendall test against a monotonic trend, for points in order of batches: standard normal score of Kendall's
 * S with the correction for continuity and for ties between bytes, positive for growth; 0 when all are equal.
 * Var S = [n(n-1)(2n+5) - sum over groups of t equal values of t(t-1)(2t+5)] / 18.
 * Mann (1945), Econometrica 13, 245-259; Gilbert (1987), Statistical Methods for Environmental Pollution Monitoring,
 * equations 16.2 to 16.5.
 */
export function mannKendallScore(points: readonly LeakPoint[]): number {
  const n = points.length;
  const ties = new Map<number, number>();
  let s = 0;
  for (const [i, { bytes }] of points.entries()) {
    ties.set(bytes, (ties.get(bytes) ?? 0) + 1);
    for (let j = i + 1; j < n; j++) s += Math.sign(points[j]!.bytes - bytes);
  }
  const spread = (t: number): number => t * (t - 1) * (2 * t + 5);
  let variance = spread(n);
  for (const t of ties.values()) variance -= spread(t);
  return s === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance / 18);
}

/** The middle value, or the mean of the two middle ones; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
