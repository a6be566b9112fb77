import { alongMeridian, groundLength, shortStep, type Step } from "../mapping/globe.js";
import { poleAt } from "../mapping/lattice.js";
import { snap, type PixelMap } from "../mapping/pixel-map.js";

/** Limits in pixels. */
export interface BendLimits {
  /** A curve that bends no more than this is straight. */
  readonly straight: number;
  /** Lines between the points of a bend miss it by no more than this. */
  readonly chord: number;
  /** A curve that bends no more than this, and than this fraction of its length, is replaced by a polynomial. */
  readonly bend: number;
  readonly share: number;
}

/** A side that bends no more than this, in pixels, is straight. */
export const straightBend = 2e-6;
/** Lines between points of a side miss it by no more than this, in pixels, equally on both sides. */
export const chordTolerance = 5e-6;
/** Up to this bend, in pixels and as a fraction of its length, a side is interpolated between corners. */
export const smallBend = 2e-2;
export const smallBendShare = 1e-2;

/** The limits if points that are no more than `tolerance` pixels apart coincide. */
export function bendLimits(tolerance: number): BendLimits {
  const scale = tolerance / 1e-6;
  return {
    straight: straightBend * scale,
    chord: chordTolerance * scale,
    bend: smallBend * scale,
    share: smallBendShare,
  };
}

/** The maximum number of times that a side is halved. */
const maxDepth = 10;
/** A part that is still longer than this fraction of its side after that is a jump. */
const jumpShare = 1 / 8;
/** Halves of equal parameter whose lengths differ by more than this factor are not smooth. */
const uneven = 4;

/** A line from one point to another, in pixels, of which the points in between are to be found. */
export interface Curve {
  readonly id: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A part of a curve; the whole curve is 0 to 1. */
export interface Segment<C extends Curve = Curve> extends Omit<Curve, "id"> {
  readonly curve: C;
  readonly from: number;
  readonly to: number;
}

/**
 * The results for curves: the points between their ends, as x, y, x, y..., and the curves that leave the domain or jump.
 */
export interface Refinement {
  readonly points: ReadonlyMap<number, Float64Array>;
  readonly broken: ReadonlySet<number>;
}

/** The points of a part of a side, including its end unless that is the end of the side. */
interface Traced {
  readonly from: number;
  readonly points: readonly number[];
}

/**
 * Halves curves, with exactly transformed points, until a parabola describes each part.
 * @param middles the points in the middle of segments
 */
export function refineCurves<C extends Curve>(
  map: PixelMap,
  curves: readonly C[],
  middles: (segments: readonly Segment<C>[]) => { readonly xs: Float64Array; readonly ys: Float64Array },
  tolerance: number,
  limits: BendLimits,
): Refinement {
  const traced = new Map<number, Traced[]>();
  const broken = new Set<number>();
  let open = curves.map((curve): Segment<C> => {
    const { x0, y0, x1, y1 } = curve;
    return { curve, from: 0, to: 1, x0, y0, x1, y1 };
  });
  const chords = new Map<number, number>();
  const lengths = new Map(open.map((s) => [s.curve.id, lengthOf(map, s.x0, s.y0, s.x1, s.y1)]));
  const start: Step = { x: 0, y: 0 };
  const end: Step = { x: 0, y: 0 };
  for (let depth = 0; open.length > 0; depth++) {
    const { xs, ys } = middles(open);
    const next: Segment<C>[] = [];
    for (const [i, segment] of open.entries()) {
      const { curve, from, to, x0, y0, x1, y1 } = segment;
      const { id } = curve;
      const x = snap(xs[i]!, tolerance);
      const y = snap(ys[i]!, tolerance);
      if (Number.isNaN(x)) {
        broken.add(id);
        continue;
      }
      shortStep(map, x, y, x0, y0, start);
      shortStep(map, x, y, x1, y1, end);
      if (map.turn) {
        if (poleAt(map, x0, y0) !== 0) alongMeridian(map, start);
        if (poleAt(map, x1, y1) !== 0) alongMeridian(map, end);
      }
      const bend = offChord(start, end);
      if (depth === 0) chords.set(id, Math.max(limits.chord, bend / mostParts ** 2));
      const clear = isClear(map, segment, x, y, bend);
      if (depth > 0 && (clear || isSmooth(start, end, bend, limits))) {
        const list = traced.get(id);
        const parts = clear || bend <= limits.straight ? 1 : partsFor(bend, chords.get(id)!);
        const part = { from, points: parabola(segment, x, y, start, end, parts) };
        if (list) list.push(part);
        else traced.set(id, [part]);
      } else if (depth < maxDepth) {
        const at = (from + to) / 2;
        next.push(
          { curve, from, to: at, x0, y0, x1: x, y1: y },
          { curve, from: at, to, x0: x, y0: y, x1, y1 },
        );
      } else if (longer(map, x, y, start, end) > jumpShare * lengths.get(id)!) {
        broken.add(id);
      }
    }
    open = next;
  }
  const points = new Map<number, Float64Array>();
  for (const [id, parts] of traced) {
    const sorted = parts.sort((p, q) => p.from - q.from);
    points.set(id, Float64Array.from(sorted.flatMap((part) => part.points)));
  }
  return { points, broken };
}

/** How far a point is from the straight line between two others; the arguments are the steps from it to them. */
function offChord(start: Step, end: Step): number {
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  const square = dx * dx + dy * dy;
  const at = square > 0 ? Math.min(1, Math.max(0, -(start.x * dx + start.y * dy) / square)) : 0;
  return Math.hypot(start.x + at * dx, start.y + at * dy);
}

function isSmooth(start: Step, end: Step, bend: number, limits: BendLimits): boolean {
  const first = Math.hypot(start.x, start.y);
  const second = Math.hypot(end.x, end.y);
  const even = Math.max(first, second) <= uneven * Math.min(first, second);
  const little = bend <= limits.straight || (bend <= limits.bend && bend <= limits.share * (first + second));
  return little && (even || first + second <= limits.chord);
}

/** A segment stays within this many times its bend of the box around its ends and its middle. */
const strays = 4;

/** Whether no part of a segment with the middle (x, y) comes near the source: its shape there does not matter. */
function isClear(
  { turn, width, height }: PixelMap,
  segment: Segment,
  x: number,
  y: number,
  bend: number,
): boolean {
  const { x0, y0, x1, y1 } = segment;
  const away = 1 + strays * bend;
  const beside = Math.max(Math.min(x0, x1, x) - width, -Math.max(x0, x1, x));
  const above = Math.max(Math.min(y0, y1, y) - height, -Math.max(y0, y1, y));
  return (!turn?.x && beside > away) || (!turn?.y && above > away);
}

/**
 * The number of parts, at least two, in which a bend of this many pixels is drawn so that lines miss it by no more than
 * `chord`.
 */
function partsFor(bend: number, chord: number): number {
  return Math.max(2, Math.ceil(Math.sqrt(bend / chord)));
}

/** The approximate maximum number of parts in which a whole side is drawn. */
const mostParts = 64;

/**
 * How far the inner points of a parabola drawn in parts are moved outwards, as a fraction of its bend, so that the
 * lines between them enclose the same area as the parabola. Lines between points on it would always enclose less.
 */
export function overshoot(parts: number): number {
  return 2 / (3 * parts * (parts - 1));
}

/** Points of the parabola through a segment's ends and its middle (x, y). */
function parabola(segment: Segment, x: number, y: number, start: Step, end: Step, parts: number): number[] {
  const points: number[] = [];
  const outwards = parts > 1 ? overshoot(parts) / -2 : 0;
  for (let k = 1; k < parts; k++) {
    const t = k / parts;
    const p = (2 * t - 1) * (t - 1) + outwards;
    const q = t * (2 * t - 1) + outwards;
    points.push(x + p * start.x + q * end.x, y + p * start.y + q * end.y);
  }
  if (segment.to < 1) points.push(segment.x1, segment.y1);
  return points;
}

function longer(map: PixelMap, x: number, y: number, start: Step, end: Step): number {
  return Math.max(groundLength(map, start, x, y), groundLength(map, end, x, y));
}

function lengthOf(map: PixelMap, x0: number, y0: number, x1: number, y1: number): number {
  return groundLength(map, shortStep(map, x0, y0, x1, y1, { x: 0, y: 0 }), x0, y0);
}
