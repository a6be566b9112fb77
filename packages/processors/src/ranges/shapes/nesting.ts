import type { Rings } from "../feature.js";

/** For each ring whether it lies inside of an odd number of the others, if they do not cross. */
export function findNesting({ xs, ys, starts }: Rings): boolean[] {
  const rings = starts.length - 1;
  if (rings === 1) return [false];
  let [south, north] = [Infinity, -Infinity];
  for (const y of ys) {
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  const count = Math.max(1, Math.min(16_384, Math.ceil(Math.sqrt(xs.length) * 2)));
  const perUnit = count / (north - south || 1);
  const bandOf = (y: number): number => Math.min(count - 1, Math.floor((y - south) * perUnit));
  // Only bands in which a ring is looked at are needed.
  const points = Array.from({ length: rings }, (_, ring) => pointOf(xs, ys, starts[ring]!));
  const asked = new Uint8Array(count);
  for (const { y } of points) asked[bandOf(y)] = 1;
  const edges = Array.from({ length: count }, (): number[] => []);
  for (let ring = 0; ring < rings; ring++) {
    const end = starts[ring + 1]!;
    let before = end - 1;
    for (let i = starts[ring]!; i < end; before = i++) {
      const [low, high] = [Math.min(ys[before]!, ys[i]!), Math.max(ys[before]!, ys[i]!)];
      for (let band = bandOf(low); band <= bandOf(high); band++)
        if (asked[band] === 1) edges[band]!.push(ring, before, i);
    }
  }
  return points.map(({ x, y }, own) => {
    const list = edges[bandOf(y)]!;
    let inside = false;
    for (let at = 0; at < list.length; at += 3) {
      if (list[at] === own) continue;
      const [from, to] = [list[at + 1]!, list[at + 2]!];
      const [y1, y2] = [ys[from]!, ys[to]!];
      if (y1 > y === y2 > y) continue;
      if (xs[from]! + ((y - y1) / (y2 - y1)) * (xs[to]! - xs[from]!) > x) inside = !inside;
    }
    return inside;
  });
}

/** A point of a ring that is not one of its corners, where others may touch it. */
function pointOf(xs: Float64Array, ys: Float64Array, first: number): { x: number; y: number } {
  return { x: (xs[first]! + xs[first + 1]!) / 2, y: (ys[first]! + ys[first + 1]!) / 2 };
}
