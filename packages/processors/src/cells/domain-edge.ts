import { ringMeter } from "./curved-ring.js";
import type { PolarPlane } from "./polar-plane.js";

/** Points of the edge of the domain between its two crossings of an outline: corners of parts, and the middles between them. */
const edgePoints = 15;

/** Halvings in the search for the edge. */
const halvings = 40;

/** Points of a closed line, of which 1 marks those inside. */
interface Outline {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly isIn: Uint8Array;
}

/**
 * The area inside of an outline that the edge of the domain crosses twice; undefined if the edge is not found between the
 * crossings.
 */
export function domainEdge(plane: PolarPlane): (outline: Outline) => number | undefined {
  const measure = ringMeter();
  /** Of each pair of a point inside and one outside the last point inside on the way from one to the other. */
  const lastInside = (inX: Float64Array, inY: Float64Array, outX: Float64Array, outY: Float64Array): void => {
    for (let k = 0; k < halvings; k++) {
      const [x, y] = [inX.map((own, i) => (own + outX[i]!) / 2), inY.map((own, i) => (own + outY[i]!) / 2)];
      const isIn = plane.inside(x.slice(), y.slice());
      for (let i = 0; i < x.length; i++) {
        const [toX, toY] = isIn[i] === 1 ? [inX, inY] : [outX, outY];
        [toX[i], toY[i]] = [x[i]!, y[i]!];
      }
    }
  };

  return ({ xs, ys, isIn }) => {
    const count = xs.length;
    const first = isIn.findIndex((own, i) => own === 1 && isIn[(i + count - 1) % count] === 0);
    let last = first;
    while (isIn[(last + 1) % count] === 1) last++;
    const before = (first + count - 1) % count;
    const [end, after] = [last % count, (last + 1) % count];
    const crossX = Float64Array.of(xs[first]!, xs[end]!);
    const crossY = Float64Array.of(ys[first]!, ys[end]!);
    lastInside(
      crossX,
      crossY,
      Float64Array.of(xs[before]!, xs[after]!),
      Float64Array.of(ys[before]!, ys[after]!),
    );
    const edge = between([crossX[1]!, crossY[1]!], [crossX[0]!, crossY[0]!], plane, lastInside);
    if (!edge) return undefined;
    const [lineX, lineY]: [number[], number[]] = [[], []];
    const add = (x: number, y: number): void => {
      const at = lineX.length - 1;
      // Between two corners there is a middle on the same straight side.
      if (at >= 0) {
        lineX.push((lineX[at]! + x) / 2);
        lineY.push((lineY[at]! + y) / 2);
      }
      lineX.push(x);
      lineY.push(y);
    };
    add(crossX[0]!, crossY[0]!);
    for (let i = first; i <= last; i++) add(xs[i % count]!, ys[i % count]!);
    add(crossX[1]!, crossY[1]!);
    lineX.push(...edge.xs);
    lineY.push(...edge.ys);
    const points = plane.points(Float64Array.from(lineX), Float64Array.from(lineY));
    if (points.sines.some(Number.isNaN)) return undefined;
    return measure(
      points,
      lineX.map((_, i) => i),
    ).area;
  };
}

type LastInside = (inX: Float64Array, inY: Float64Array, outX: Float64Array, outY: Float64Array) => void;

/** Points of the edge of the domain from one of its points to another: the last ones inside across the chord. */
function between(
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  plane: PolarPlane,
  lastInside: LastInside,
): { readonly xs: Float64Array; readonly ys: Float64Array } | undefined {
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  const chord = (share: number): readonly [number, number] => [
    fromX + alongX * share,
    fromY + alongY * share,
  ];
  const shares = Float64Array.from({ length: edgePoints }, (_, i) => (i + 1) / (edgePoints + 1));
  const [xs, ys] = [shares.map((share) => chord(share)[0]), shares.map((share) => chord(share)[1])];
  const inside = plane.inside(xs.slice(), ys.slice());
  const far = [xs.slice(), ys.slice()] as const;
  const found = Array.from(shares, () => false);
  // The way across the chord on which the other side of the edge lies, and how far, is not known.
  for (let reach = 2 ** -12; reach <= 1 && !found.every(Boolean); reach *= 2) {
    for (const side of [1, -1]) {
      const tryX = xs.map((x) => x - side * reach * alongY);
      const tryY = ys.map((y) => y + side * reach * alongX);
      const isIn = plane.inside(tryX.slice(), tryY.slice());
      for (let i = 0; i < edgePoints; i++) {
        if (found[i] || isIn[i] === inside[i]) continue;
        found[i] = true;
        [far[0][i], far[1][i]] = [tryX[i]!, tryY[i]!];
      }
    }
  }
  if (!found.every(Boolean)) return undefined;
  const pick = (near: Float64Array, other: Float64Array, side: 0 | 1): Float64Array =>
    near.map((value, i) => (inside[i] === side ? value : other[i]!));
  const [inX, inY] = [pick(xs, far[0], 1), pick(ys, far[1], 1)];
  lastInside(inX, inY, pick(xs, far[0], 0), pick(ys, far[1], 0));
  return { xs: inX, ys: inY };
}
