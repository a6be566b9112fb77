import type { Bounds } from "@quadrat/core";

/** Grows around points; NaN is not a point. */
export interface Extent {
  add(xs: Float64Array, ys: Float64Array): void;
  /** undefined as long as there is no point. */
  readonly bounds: Bounds | undefined;
}

export function emptyExtent(): Extent {
  let [xmin, ymin, xmax, ymax] = [Infinity, Infinity, -Infinity, -Infinity];
  return {
    add(xs, ys) {
      for (let i = 0; i < xs.length; i++) {
        const x = xs[i]!;
        const y = ys[i]!;
        if (Number.isNaN(x) || Number.isNaN(y)) continue;
        if (x < xmin) xmin = x;
        if (x > xmax) xmax = x;
        if (y < ymin) ymin = y;
        if (y > ymax) ymax = y;
      }
    },
    get bounds(): Bounds | undefined {
      return xmin <= xmax ? [xmin, ymin, xmax, ymax] : undefined;
    },
  };
}

/** Points along the border of a rectangle, `count` a side. */
export function borderOf(
  [xmin, ymin, xmax, ymax]: Bounds,
  count = 21,
): { xs: Float64Array; ys: Float64Array } {
  const xs = new Float64Array(4 * count);
  const ys = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const share = i / (count - 1);
    const x = xmin + share * (xmax - xmin);
    const y = ymin + share * (ymax - ymin);
    xs.set([x, x, xmin, xmax], 4 * i);
    ys.set([ymin, ymax, y, y], 4 * i);
  }
  return { xs, ys };
}
