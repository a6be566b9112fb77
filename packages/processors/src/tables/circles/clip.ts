import type { Part } from "./part.js";

/** A rectangle to which a line is clipped. */
export interface Window {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  /** Added to every x before. */
  readonly shift: number;
  /** Sides along the edges of the rectangle are divided into pieces as short as this. */
  readonly longest: number;
}

/**
 * The part of a closed line inside of a rectangle, after I. E. Sutherland and G. W. Hodgman, "Reentrant polygon clipping"
 * (1974). It may go along an edge of the rectangle and back, which encloses nothing.
 */
export function clip({ xs, ys, count }: Part, { west, south, east, north, shift, longest }: Window): Part {
  let x = Array.from(xs.subarray(0, count), (value) => value + shift);
  let y = Array.from(ys.subarray(0, count));
  const cut = (along: "x" | "y", edge: number, sign: 1 | -1): void => {
    const [main, other] = along === "x" ? [x, y] : [y, x];
    const [newMain, newOther]: [number[], number[]] = [[], []];
    for (let i = 0; i < main.length; i++) {
      const next = i + 1 === main.length ? 0 : i + 1;
      const [here, there] = [sign * (main[i]! - edge), sign * (main[next]! - edge)];
      if (here >= 0) {
        newMain.push(main[i]!);
        newOther.push(other[i]!);
      }
      if (here >= 0 === there >= 0) continue;
      const part = here / (here - there);
      newMain.push(edge);
      newOther.push(other[i]! + part * (other[next]! - other[i]!));
    }
    [x, y] = along === "x" ? [newMain, newOther] : [newOther, newMain];
  };
  cut("x", west, 1);
  cut("x", east, -1);
  cut("y", south, 1);
  cut("y", north, -1);
  const [fineX, fineY]: [number[], number[]] = [[], []];
  for (let i = 0; i < x.length; i++) {
    const next = i + 1 === x.length ? 0 : i + 1;
    const [dx, dy] = [x[next]! - x[i]!, y[next]! - y[i]!];
    const pieces = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / longest));
    for (let k = 0; k < pieces; k++) {
      fineX.push(x[i]! + (k / pieces) * dx);
      fineY.push(y[i]! + (k / pieces) * dy);
    }
  }
  return { xs: Float64Array.from(fineX), ys: Float64Array.from(fineY), count: fineX.length };
}

/** The area of a closed line inside of a rectangle of columns and rows; `shift` is added to every x before. */
export function areaWithin(part: Part, columns: number, rows: number, shift: number): number {
  const window = { west: 0, south: 0, east: columns, north: rows, shift, longest: Infinity };
  const { xs, ys, count } = clip(part, window);
  let twice = 0;
  for (let i = 1; i + 1 < count; i++) {
    twice += (xs[i]! - xs[0]!) * (ys[i + 1]! - ys[0]!) - (xs[i + 1]! - xs[0]!) * (ys[i]! - ys[0]!);
  }
  return Math.abs(twice) / 2;
}

/** The area of a closed line above a row, signed by the direction of its points. */
export function areaAbove({ xs, ys, count }: Part, row: number): number {
  let twice = 0;
  // Sides along the row add nothing as seen from a point on it.
  const x0 = xs[0]!;
  for (let i = 0; i < count; i++) {
    const next = i + 1 === count ? 0 : i + 1;
    let [xa, ya, xb, yb] = [xs[i]! - x0, ys[i]! - row, xs[next]! - x0, ys[next]! - row];
    if (ya >= 0 && yb >= 0) continue;
    if (ya > 0) [xa, ya] = [xa + ((xb - xa) * ya) / (ya - yb), 0];
    else if (yb > 0) [xb, yb] = [xa + ((xb - xa) * ya) / (ya - yb), 0];
    twice += xa * yb - xb * ya;
  }
  return twice / 2;
}
