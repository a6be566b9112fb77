import type { AreaOfUse } from "../crs.js";
import { degree } from "../units.js";
import type { Box } from "./operations.js";

export function areaBox({ west, south, east, north }: AreaOfUse): Box {
  return [west, south, east, north];
}

/** The share of `box` that lies in `cover`, in degrees squared, from 0 to 1. */
export function coveredShare(box: Box, cover: Box): number {
  return share(box, cover, (latitude) => latitude);
}

/** The same as a share of the ground. */
export function groundShare(box: Box, cover: Box): number {
  return share(box, cover, (latitude) => Math.sin(latitude * degree));
}

function share(box: Box, cover: Box, upTo: (latitude: number) => number): number {
  const height = overlap(upTo(box[1]), upTo(box[3]), upTo(cover[1]), upTo(cover[3]));
  let width = 0;
  for (const [west, east] of spans(box)) {
    for (const [coverWest, coverEast] of spans(cover)) width += overlap(west, east, coverWest, coverEast);
  }
  const whole =
    spans(box).reduce((sum, [west, east]) => sum + east - west, 0) * (upTo(box[3]) - upTo(box[1]));
  return whole > 0 ? (width * height) / whole : 0;
}

/** The box that both have in common; undefined where there is none. Where one crosses the antimeridian: the smaller. */
export function intersection(one: Box, other: Box): Box | undefined {
  if (coveredShare(one, other) === 0) return undefined;
  if (one[0] > one[2] || other[0] > other[2]) return size(one) <= size(other) ? one : other;
  return [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ];
}

/** Degrees squared. */
export function size(box: Box): number {
  return spans(box).reduce((sum, [west, east]) => sum + east - west, 0) * (box[3] - box[1]);
}

function spans([west, , east]: Box): readonly (readonly [number, number])[] {
  return west <= east
    ? [[west, east]]
    : [
        [west, 180],
        [-180, east],
      ];
}

function overlap(from: number, to: number, otherFrom: number, otherTo: number): number {
  return Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));
}
