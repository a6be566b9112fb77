import { isAxisAligned } from "@quadrat/core/base";
import type { RasterSource } from "@quadrat/core";
import { createTransform, hasLongitudes, parseCrs, placeOf } from "@quadrat/crs";
import { accumulate, addRing } from "../resample/outlines/coverage.js";
import { outliner, type MeasuredPart, type Outline } from "../tables/circles/outline.js";
import { shiftsOf } from "../tables/circles/spread.js";

/** The pixels of a rectangle that a part of a circle meets. */
export interface CircleBox {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  readonly part: MeasuredPart;
  /** By how many pixels the part has to be moved. */
  readonly shift: number;
}

/** A circle as it lies on a raster. */
export interface PixelCircle {
  readonly boxes: readonly CircleBox[];
  /** In place of boxes: pixels, each of which stands for an equal part of the circle. */
  readonly pixels?: { readonly columns: Int32Array; readonly rows: Int32Array } | undefined;
}

/** The geodesic circle around a place, in degrees on WGS 84. It may be overwritten by the next. */
export type CircleFinder = (longitude: number, latitude: number) => PixelCircle;

/** Finds the pixels of a raster within some metres of places. */
export function circleFinder(source: RasterSource, crs: string, radius: number): CircleFinder {
  const { width, height, affine } = source;
  const own = parseCrs(crs);
  const fromGlobe = createTransform(parseCrs("EPSG:4326"), own, placeOf(source, own));
  const { a, b, c, d, e, f } = affine;
  const isAligned = isAxisAligned(affine);
  const size = Math.sqrt(Math.abs(a * e - b * d));
  const lattice = isAligned
    ? { crs, x: { first: c, step: a }, y: { first: f, step: e } }
    : { crs, x: { first: c, step: size }, y: { first: f, step: -size } };
  const outlineOf = outliner({ grid: lattice, fromGlobe });
  // Around the globe a raster may have a pixel more than a turn, which is the first one again.
  const turn =
    isAligned && hasLongitudes(own) ? Math.abs((2 * Math.PI) / own.definition.unitFactor / a) : undefined;
  const within = turn === undefined ? width : Math.min(width, Math.ceil(turn - 1e-6));

  const placesOf = (xs: Float64Array, ys: Float64Array): PixelCircle["pixels"] => {
    const [columns, rows] = [new Int32Array(xs.length), new Int32Array(xs.length)];
    let count = 0;
    for (let i = 0; i < xs.length; i++) {
      let x = xs[i]!;
      if (turn !== undefined) x -= Math.floor(x / turn) * turn;
      const [column, row] = [Math.floor(x), Math.floor(ys[i]!)];
      if (!(column >= 0 && column < within && row >= 0 && row < height)) continue;
      columns[count] = column;
      rows[count++] = row;
    }
    return { columns: columns.subarray(0, count), rows: rows.subarray(0, count) };
  };

  return (longitude, latitude) => {
    const outline = isAligned
      ? outlineOf(longitude, latitude, radius)
      : sheared(outlineOf(longitude, latitude, radius), (x, y) => {
          const [dx, dy] = [x * size, -y * size];
          const determinant = a * e - b * d;
          return [(dx * e - dy * b) / determinant, (dy * a - dx * d) / determinant];
        });
    const { parts, places } = outline;
    if (places) return { boxes: [], pixels: placesOf(places.xs, places.ys) };
    const boxes: CircleBox[] = [];
    for (const part of parts) {
      for (const shift of shiftsOf(part, within, turn)) {
        const left = Math.max(0, Math.floor(part.west + shift));
        const right = Math.min(within, Math.ceil(part.east + shift));
        const top = Math.max(0, Math.floor(part.north));
        const bottom = Math.min(height, Math.ceil(part.south));
        if (left >= right || top >= bottom) continue;
        boxes.push({ left, top, columns: right - left, rows: bottom - top, part, shift });
      }
    }
    return { boxes };
  };
}

function sheared(
  outline: Outline,
  place: (x: number, y: number) => readonly [x: number, y: number],
): Outline {
  const moved = (xs: Float64Array, ys: Float64Array): { xs: Float64Array; ys: Float64Array } => {
    const placed = { xs: xs.slice(), ys: ys.slice() };
    for (let i = 0; i < xs.length; i++)
      [placed.xs[i], placed.ys[i]] = place(xs[i]!, ys[i]!) as [number, number];
    return placed;
  };
  if (outline.places) return { ...outline, places: moved(outline.places.xs, outline.places.ys) };
  const parts = outline.parts.map(({ xs, ys, count, area }): MeasuredPart => {
    const placed = moved(xs.subarray(0, count), ys.subarray(0, count));
    let [west, east, north, south, twice] = [Infinity, -Infinity, Infinity, -Infinity, 0];
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const [x, y] = [placed.xs[i]!, placed.ys[i]!];
      [west, east] = [Math.min(west, x), Math.max(east, x)];
      [north, south] = [Math.min(north, y), Math.max(south, y)];
      twice += placed.xs[j]! * y - x * placed.ys[j]!;
    }
    return { ...placed, count, west, east, north, south, area: Math.sign(twice) * Math.abs(area) };
  });
  return { ...outline, parts };
}

let deltas = new Float64Array(1024);
const least = Float64Array.of(0);

/**
 * The part of each pixel of some rows of a box that is in the circle.
 * @param fractions room for as many numbers
 */
export function coverBox(
  { part, shift, left, columns }: CircleBox,
  top: number,
  rows: number,
  fractions: Float64Array,
): void {
  const wanted = rows * (columns + 1);
  if (deltas.length < wanted) deltas = new Float64Array(2 * wanted);
  const sign = part.area < 0 ? -1 : 1;
  addRing(deltas, part.xs, part.ys, 0, part.count, shift, 0, sign, left, columns, top, rows);
  accumulate(deltas, columns, rows, least, fractions);
}
