/** Columns `[left, right)` of the grid. */
export type ColumnRange = readonly [left: number, right: number];

/** Which columns of the grid each thread works on. */
export interface ColumnShares {
  ranges(): readonly ColumnRange[];
  /** Widens the column ranges of threads that were faster than others. */
  measured(parts: readonly { readonly width: number; readonly milliseconds: number }[]): void;
}

/** The minimum number of columns worth a task. */
const fewest = 64;

/**
 * How far a range may be from the ideal one, and how far once it is moved: then buffers of another size have to be allocated.
 */
const uneven = 0.25;
const nearlyEven = 0.05;

/** The weight of the newest measurement relative to earlier ones. */
const newest = 0.3;

/** Equal ranges at first; undefined if they would be too narrow or there is only one. */
export function evenShares(count: number, width: number): ColumnShares | undefined {
  if (count < 2 || width < 2 * fewest * count) return undefined;
  let shares = new Array<number>(count).fill(1 / count);
  const even = shares.slice();
  let moving = false;
  return {
    ranges() {
      let sum = 0;
      const ends = shares.map((share, k) => (k + 1 === count ? width : Math.round((sum += share) * width)));
      return ends.map((end, k) => [ends[k - 1] ?? 0, end]);
    },
    measured(parts) {
      const speeds = parts.map((part) => part.width / Math.max(part.milliseconds, 0.1));
      const total = speeds.reduce((sum, speed) => sum + speed, 0);
      for (let k = 0; k < count; k++) even[k]! += newest * (speeds[k]! / total - even[k]!);
      const most = moving ? nearlyEven : uneven;
      moving = shares.some((share, k) => Math.abs(share - even[k]!) > most * share);
      if (!moving) return;
      const wide = even.map((share) => Math.max(share, fewest / width));
      const all = wide.reduce((sum, share) => sum + share, 0);
      shares = wide.map((share) => share / all);
    },
  };
}
