import { bendLimits, refineCurves, type Curve, type Segment } from "../outlines/curves.js";
import { snap, type PixelSeams } from "../mapping/pixel-map.js";
import { copyRing, emptyRing, push, type Ring } from "../outlines/ring.js";

/** A part of an outline on the globe, see {@link PixelSeams.globe}, that lies in one lobe. */
export interface LobePart {
  readonly lobe: number;
  /** The full turns by which it was moved there. */
  readonly turns: number;
  readonly ring: Ring;
}

interface Box {
  readonly west: number;
  readonly north: number;
  readonly east: number;
  readonly south: number;
}

/** Cuts a ring on the globe along the borders of the lobes. */
export function cutAtLobes({ lobes, globe }: PixelSeams, ring: Ring, tolerance: number): LobePart[] {
  const turn = globe.turn!.x;
  const { west, east, north, south } = extentOf(ring);
  const parts: LobePart[] = [];
  for (const [lobe, borders] of lobes.entries()) {
    const box = onGlobe(globe.affine, borders);
    if (south <= box.north || north >= box.south) continue;
    const last = Math.floor((east - box.west) / turn);
    for (let turns = Math.ceil((west - box.east) / turn); turns <= last; turns++) {
      const part = clip(moved(ring, turns === 0 ? 0 : -turns * turn), box, tolerance);
      if (part) parts.push({ lobe, turns, ring: part });
    }
  }
  return parts;
}

/** The part's outline in the source's pixels; undefined if it has no image. */
export function drawPart(
  seams: PixelSeams,
  map: Parameters<typeof refineCurves>[0],
  { lobe, ring }: LobePart,
  tolerance: number,
): Ring | undefined {
  const { xs: across, ys: down, count } = ring;
  const draw = (xs: Float64Array, ys: Float64Array): void => drawIn(seams, lobe, xs, ys, tolerance);
  const xs = across.slice(0, count);
  const ys = down.slice(0, count);
  draw(xs, ys);
  if (xs.some(Number.isNaN)) return undefined;
  const curves = Array.from({ length: count }, (_, id): Curve => {
    const next = (id + 1) % count;
    return { id, x0: xs[id]!, y0: ys[id]!, x1: xs[next]!, y1: ys[next]! };
  });
  const middles = (segments: readonly Segment[]) => {
    const at = (values: Float64Array) =>
      Float64Array.from(segments, ({ curve: { id }, from, to }) => {
        const start = values[id]!;
        return start + ((values[(id + 1) % count]! - start) * (from + to)) / 2;
      });
    const points = { xs: at(across), ys: at(down) };
    draw(points.xs, points.ys);
    return points;
  };
  const { points, broken } = refineCurves(map, curves, middles, tolerance, bendLimits(tolerance));
  if (broken.size > 0) return undefined;
  const drawn = emptyRing();
  for (let id = 0; id < count; id++) {
    push(drawn, xs[id]!, ys[id]!);
    const between = points.get(id) ?? [];
    for (let k = 0; k < between.length; k += 2) push(drawn, between[k]!, between[k + 1]!);
  }
  return drawn;
}

/** From the globe to the source's pixels, as the limit from inside a lobe. */
export function drawIn(
  { lobes, globe, toPixels }: PixelSeams,
  lobe: number,
  xs: Float64Array,
  ys: Float64Array,
  tolerance: number,
): void {
  const { a, c, e, f } = globe.affine;
  const { west, south, east, north } = lobes[lobe]!;
  for (let i = 0; i < xs.length; i++) {
    xs[i] = Math.min(east, Math.max(west, ((a * xs[i]! + c) * Math.PI) / 180));
    ys[i] = Math.min(north, Math.max(south, ((e * ys[i]! + f) * Math.PI) / 180));
  }
  toPixels(xs, ys, lobe);
  for (let i = 0; i < xs.length; i++) {
    xs[i] = snap(xs[i]!, tolerance);
    ys[i] = snap(ys[i]!, tolerance);
  }
}

function onGlobe({ a, c, e, f }: PixelSeams["globe"]["affine"], lobe: Box): Box {
  const pixel = (angle: number, step: number, first: number): number =>
    ((angle * 180) / Math.PI - first) / step;
  return {
    west: pixel(lobe.west, a, c),
    east: pixel(lobe.east, a, c),
    north: pixel(lobe.north, e, f),
    south: pixel(lobe.south, e, f),
  };
}

function moved({ xs, ys, count }: Ring, dx: number): Ring {
  return { xs: xs.slice(0, count).map((x) => x + dx), ys: ys.slice(0, count), count };
}

/** The part of a ring inside a box; undefined if it has no area. Points this near to a border lie on it. */
function clip(ring: Ring, { west, north, east, south }: Box, tolerance: number): Ring | undefined {
  let clipped = ring;
  for (const border of [west, east]) {
    for (let i = 0; i < ring.count; i++) {
      if (Math.abs(ring.xs[i]! - border) <= tolerance) ring.xs[i] = border;
    }
  }
  for (const border of [north, south]) {
    for (let i = 0; i < ring.count; i++) {
      if (Math.abs(ring.ys[i]! - border) <= tolerance) ring.ys[i] = border;
    }
  }
  clipped = cutOff(clipped, "xs", west, 1);
  clipped = cutOff(clipped, "xs", east, -1);
  clipped = cutOff(clipped, "ys", north, 1);
  clipped = cutOff(clipped, "ys", south, -1);
  if (clipped.count < 3) return undefined;
  const extent = extentOf(clipped);
  const hasArea = extent.east - extent.west > tolerance && extent.south - extent.north > tolerance;
  return hasArea ? clipped : undefined;
}

/** The part at `border` and beyond it in the direction of `sign` (Sutherland and Hodgman 1974). */
function cutOff(ring: Ring, axis: "xs" | "ys", border: number, sign: 1 | -1): Ring {
  const { xs, ys, count } = ring;
  const along = ring[axis];
  const inside = (i: number): boolean => sign * (along[i]! - border) >= 0;
  const kept = emptyRing();
  for (let i = 0, before = count - 1; i < count; before = i++) {
    if (inside(i) !== inside(before)) {
      const share = (border - along[before]!) / (along[i]! - along[before]!);
      const x = axis === "xs" ? border : xs[before]! + (xs[i]! - xs[before]!) * share;
      const y = axis === "ys" ? border : ys[before]! + (ys[i]! - ys[before]!) * share;
      push(kept, x, y);
    }
    if (inside(i)) push(kept, xs[i]!, ys[i]!);
  }
  return copyRing(kept);
}

export function extentOf({ xs, ys, count }: Ring): Box {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    west = Math.min(west, xs[i]!);
    east = Math.max(east, xs[i]!);
    north = Math.min(north, ys[i]!);
    south = Math.max(south, ys[i]!);
  }
  return { west, north, east, south };
}
