import { poleAt } from "../mapping/lattice.js";
import { latitudeAt, turnsBetween, type PixelMap } from "../mapping/pixel-map.js";

/** A closed outline in pixels: `count` points, without the first one repeated at the end. */
export interface Ring {
  xs: Float64Array;
  ys: Float64Array;
  count: number;
}

export function emptyRing(): Ring {
  return { xs: new Float64Array(64), ys: new Float64Array(64), count: 0 };
}

/** Makes room for this many points. */
export function enlarge(ring: Ring, points: number): void {
  if (points <= ring.xs.length) return;
  const [xs, ys] = [new Float64Array(2 * points), new Float64Array(2 * points)];
  xs.set(ring.xs);
  ys.set(ring.ys);
  ring.xs = xs;
  ring.ys = ys;
}

export function push(ring: Ring, x: number, y: number): void {
  enlarge(ring, ring.count + 1);
  ring.xs[ring.count] = x;
  ring.ys[ring.count++] = y;
}

export function copyRing({ xs, ys, count }: Ring): Ring {
  return { xs: xs.slice(0, count), ys: ys.slice(0, count), count };
}

/** The area, positive or negative according to the direction of the points. */
export function signedArea({ xs, ys, count }: Ring): number {
  let twice = 0;
  const [x0, y0] = [xs[0]!, ys[0]!];
  for (let i = 1; i + 1 < count; i++) {
    twice += (xs[i]! - x0) * (ys[i + 1]! - y0) - (xs[i + 1]! - x0) * (ys[i]! - y0);
  }
  return twice / 2;
}

/** Whether an outline has the opposite orientation of its cell: see {@link PixelMap.orientation}. */
export function isTurned({ orientation }: PixelMap, ring: Ring): boolean {
  return orientation !== undefined && signedArea(ring) * orientation < -leastArea;
}

/** Square pixels: outlines without an area have no orientation. */
const leastArea = 1e-6;

/**
 * Makes a ring of points on the globe a ring in the plane of longitudes and latitudes: no step is longer than half a
 * turn, a corner at a pole takes the longitudes of its neighbours, and an outline around a pole is closed along it.
 * @param mayTouchPole false if it is known that no corner lies at a pole
 */
export function flatten(ring: Ring, map: PixelMap, mayTouchPole: boolean): void {
  if (!map.turn) return;
  if (mayTouchPole) spreadPoles(ring, map);
  const { affine, turn } = map;
  const { xs, ys } = ring;
  for (let i = 1; i < ring.count; i++) {
    const turns = turnsBetween(affine, xs[i]! - xs[i - 1]!, ys[i]! - ys[i - 1]!);
    if (turns === 0) continue;
    xs[i]! -= turns * turn.x;
    ys[i]! -= turns * turn.y;
  }
  const last = ring.count - 1;
  const around = turnsBetween(affine, xs[last]! - xs[0]!, ys[last]! - ys[0]!);
  if (around !== 0) closeAroundPole(ring, map, around);
}

/** Replaces corners at a pole by one on the meridian of the corner before and one on that of the corner after. */
function spreadPoles(ring: Ring, map: PixelMap): void {
  const { count } = ring;
  let start = -1;
  let any = false;
  for (let i = 0; i < count; i++) {
    if (poleAt(map, ring.xs[i]!, ring.ys[i]!) !== 0) any = true;
    else if (start < 0) start = i;
  }
  if (!any || start < 0) return;
  const before = copyRing(ring);
  const at = (i: number) => (start + i) % count;
  ring.count = 0;
  for (let i = 0; i < count;) {
    const pole = poleAt(map, before.xs[at(i)]!, before.ys[at(i)]!);
    if (pole === 0) {
      push(ring, before.xs[at(i)]!, before.ys[at(i)]!);
      i++;
      continue;
    }
    let end = i;
    while (end < count && poleAt(map, before.xs[at(end)]!, before.ys[at(end)]!) !== 0) end++;
    for (const neighbour of [i - 1, end]) {
      const x = before.xs[at(neighbour)]!;
      const y = before.ys[at(neighbour)]!;
      const degrees = 90 * pole - latitudeAt(map.affine, x, y);
      push(ring, x + degrees * map.northStep!.x, y + degrees * map.northStep!.y);
    }
    i = end;
  }
}

function closeAroundPole(ring: Ring, map: PixelMap, around: number): void {
  const { affine } = map;
  const turn = map.turn!;
  const northStep = map.northStep!;
  const x = ring.xs[0]!;
  const y = ring.ys[0]!;
  let latitudes = 0;
  for (let i = 0; i < ring.count; i++) latitudes += latitudeAt(affine, ring.xs[i]!, ring.ys[i]!);
  const degrees = (latitudes > 0 ? 90 : -90) - latitudeAt(affine, x, y);
  push(ring, x + around * turn.x, y + around * turn.y);
  push(ring, x + around * turn.x + degrees * northStep.x, y + around * turn.y + degrees * northStep.y);
  push(ring, x + degrees * northStep.x, y + degrees * northStep.y);
}
