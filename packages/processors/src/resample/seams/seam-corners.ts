import { cornerIndex, type GlobePoints, type Lattice } from "../mapping/lattice.js";
import type { PixelSeams } from "../mapping/pixel-map.js";

/** Radians: longitudes that differ more are half a turn apart, or lie on different sides of a seam. */
export const nearHalfTurn = 3.14;
/** Radians from a pole. */
const poleTolerance = 2e-11;
/** Radians: a point this near to a border lies on it. */
export const borderTolerance = 1e-9;

export function cornersOf(
  lattice: Lattice,
  column: number,
  row: number,
): readonly [number, number, number, number] {
  const first = cornerIndex(lattice, column, row);
  return [first, first + 1, first + lattice.stride, first + lattice.stride + 1];
}

export function rangeOf(
  values: Float64Array,
  [p, q, r, s]: readonly [number, number, number, number],
): number {
  return (
    Math.max(values[p]!, values[q]!, values[r]!, values[s]!) -
    Math.min(values[p]!, values[q]!, values[r]!, values[s]!)
  );
}

/**
 * Whether a pole lies at a corner whose neighbour to the west or east is elsewhere: then its longitude means nothing.
 */
export function hasLonePole(
  { latitudes }: GlobePoints,
  [northWest, northEast, southWest, southEast]: readonly [number, number, number, number],
): boolean {
  const isPole = (corner: number): boolean => Math.abs(latitudes[corner]!) >= Math.PI / 2 - poleTolerance;
  return isPole(northWest) !== isPole(northEast) || isPole(southWest) !== isPole(southEast);
}

/** Whether any corner of a block's cells is a lone pole, see {@link hasLonePole}. */
export function hasAnyLonePole({ globe, block, stride }: Lattice): boolean {
  const { latitudes } = globe!;
  const pole = Math.PI / 2 - poleTolerance;
  for (let line = 1; line < block.bottom - block.top + 2; line++) {
    for (let i = line * stride + 1, end = (line + 1) * stride - 2; i < end; i++) {
      if (Math.abs(latitudes[i]!) >= pole !== Math.abs(latitudes[i + 1]!) >= pole) return true;
    }
  }
  return false;
}

/** Whether all corners lie in one lobe, and none is half a turn of longitude from another. */
export function isWithinLobe({ lobes }: PixelSeams, { globe, block, stride }: Lattice): boolean {
  const { longitudes, latitudes } = globe!;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  // The lines of corners around the block are left out.
  for (let line = 1; line < block.bottom - block.top + 2; line++) {
    for (let i = line * stride + 1, end = (line + 1) * stride - 1; i < end; i++) {
      west = Math.min(west, longitudes[i]!);
      east = Math.max(east, longitudes[i]!);
      south = Math.min(south, latitudes[i]!);
      north = Math.max(north, latitudes[i]!);
    }
  }
  if (!(east - west < nearHalfTurn)) return false;
  const margin = lobes.length > 1 ? borderTolerance : 0;
  return lobes.some(
    (lobe) =>
      (lobe.west <= -Math.PI || west > lobe.west + margin) &&
      (lobe.east >= Math.PI || east < lobe.east - margin) &&
      (north <= lobe.north - margin || lobe.north > 0) &&
      (south >= lobe.south + margin || lobe.south < 0),
  );
}

/** Whether a corner lies on the border between two lobes, so that rounding decides in which it is drawn. */
export function isAtBorder(
  { lobes }: PixelSeams,
  { longitudes, latitudes }: GlobePoints,
  corners: readonly number[],
): boolean {
  const isBorder = (longitude: number, border: number): boolean =>
    Math.abs(border) < Math.PI && Math.abs(longitude - border) <= borderTolerance;
  return lobes.some(({ west, east, south, north }) =>
    corners.some((corner) => {
      const [longitude, latitude] = [longitudes[corner]!, latitudes[corner]!];
      if (latitude < south - borderTolerance || latitude > north + borderTolerance) return false;
      return isBorder(longitude, west) || isBorder(longitude, east);
    }),
  );
}

export function isMissing(lattice: Lattice, column: number, row: number): boolean {
  return cornersOf(lattice, column, row).some((corner) => Number.isNaN(lattice.xs[corner]!));
}
