import { invertAffine, type Affine, type Bounds } from "@quadrat/core/base";
import { createTransform, hasLongitudes, placeOf, type CoordinateTransform, type Crs } from "@quadrat/crs";
import { rasterExtent } from "./extent.js";

/** A raster's cells without its values. */
interface Footprint {
  readonly width: number;
  readonly height: number;
  readonly affine: Affine;
}

/** Samples along each side, inside as well as on the edges. */
const steps = 64;
/** A climb may gain this fraction of the sampled range; more means that the projection runs to infinity. */
const mostGain = 0.25;

/**
 * The bounds in another CRS that really cover a raster, including a pole, the antimeridian or any other extreme
 * inside it, which its outline does not show. Undefined if none of its points has an image there.
 */
export function coveringBounds(raster: Footprint, from: Crs, to: Crs): Bounds | undefined {
  const datumPlace = placeOf(raster, from);
  const transform = createTransform(from, to, datumPlace);
  if (transform.identity) return rasterExtent(raster);
  const place = placer(raster, transform);
  const sample = place(lattice());
  const extremes = [
    climb(place, sample, "x", -1),
    climb(place, sample, "y", -1),
    climb(place, sample, "x", 1),
    climb(place, sample, "y", 1),
  ];
  if (extremes.some(Number.isNaN)) return undefined;
  const bounds = extremes as unknown as Bounds;
  return to.isGeographic && !from.isGeographic
    ? withPoles(bounds, raster, createTransform(to, from, datumPlace), hasLongitudes(from))
    : bounds;
}

/** Points as fractions of the raster's width and height, and their images. */
interface Points {
  readonly u: Float64Array;
  readonly v: Float64Array;
}
interface Placed extends Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function placer({ width, height, affine }: Footprint, transform: CoordinateTransform) {
  const { a, b, c, d, e, f } = affine;
  return ({ u, v }: Points): Placed => {
    const x = u.map((share, i) => a * share * width + b * v[i]! * height + c);
    const y = u.map((share, i) => d * share * width + e * v[i]! * height + f);
    transform.transform(x, y);
    return { u, v, x, y };
  };
}

function lattice(): Points {
  const across = [...Array(steps + 1).keys()].map((i) => i / steps);
  return {
    u: Float64Array.from(across.flatMap(() => across)),
    v: Float64Array.from(across.flatMap((share) => across.map(() => share))),
  };
}

/**
 * The minimum (sign -1) or maximum (1) coordinate, found by climbing from the best sample in ever smaller steps. Where
 * coordinates jump, as at the antimeridian, the climb ends at the jump.
 */
function climb(place: (points: Points) => Placed, sample: Placed, axis: "x" | "y", sign: 1 | -1): number {
  const values = sample[axis].map((value) => value * sign);
  const sound = values.filter((value) => !Number.isNaN(value));
  if (sound.length === 0) return NaN;
  const start = sound.reduce((most, value) => Math.max(most, value), -Infinity);
  const least = sound.reduce((most, value) => Math.min(most, value), Infinity);
  const at = values.indexOf(start);
  let [best, u, v] = [start, sample.u[at]!, sample.v[at]!];
  for (let step = 1 / steps; step > 1e-12;) {
    const around = place({
      u: Float64Array.from(directions, ([du]) => withinShare(u + du * step)),
      v: Float64Array.from(directions, ([, dv]) => withinShare(v + dv * step)),
    });
    const next = around[axis].reduce((most, value) => (value * sign > most ? value * sign : most), best);
    if (next === best) step /= 2;
    else {
      const index = around[axis].indexOf(next * sign);
      [best, u, v] = [next, around.u[index]!, around.v[index]!];
    }
    if (best - start > mostGain * (start - least)) return start * sign;
  }
  return best * sign;
}

const directions = [-1, 0, 1].flatMap((du) => [-1, 0, 1].map((dv) => [du, dv] as const));

function withinShare(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** A pole inside the raster is the extreme of the latitudes, and is surrounded by all longitudes. */
function withPoles(
  bounds: Bounds,
  raster: Footprint,
  inverse: CoordinateTransform,
  turning: boolean,
): Bounds {
  let [xmin, ymin, xmax, ymax] = bounds;
  for (const pole of [-90, 90]) {
    if (!holds(raster, inverse, pole, turning).some(Boolean)) continue;
    [ymin, ymax] = [Math.min(ymin, pole), Math.max(ymax, pole)];
    const around = holds(raster, inverse, pole * (1 - 1e-9), turning);
    if (around.every(Boolean)) [xmin, xmax] = [-180, 180];
  }
  return [xmin, ymin, xmax, ymax];
}

/** Whether the raster contains the points of a parallel, every 15 degrees; with `turning`, or those a full turn away. */
function holds(
  { width, height, affine }: Footprint,
  inverse: CoordinateTransform,
  latitude: number,
  turning: boolean,
): boolean[] {
  const longitudes = [...Array(24).keys()].map((i) => i * 15 - 172.5);
  const xs = Float64Array.from(longitudes);
  const ys = Float64Array.from(longitudes, () => latitude);
  inverse.transform(xs, ys);
  const { a, b, c, d, e, f } = invertAffine(affine);
  const holdsAt = (x: number, y: number): boolean => {
    const col = a * x + b * y + c;
    const row = d * x + e * y + f;
    return col >= 0 && col <= width && row >= 0 && row <= height;
  };
  const turns = turning ? [-360, 0, 360] : [0];
  return longitudes.map((_, i) => turns.some((turn) => holdsAt(xs[i]! + turn, ys[i]!)));
}
