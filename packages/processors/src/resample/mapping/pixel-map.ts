import { isAxisAligned, type Affine, type Grid, type RasterSource } from "@quadrat/core/base";

/** A map from the grid's CRS to the source's. */
export interface CoordinateTransform {
  /** True if the two are the same, so that `transform` changes nothing. */
  readonly identity: boolean;
  /** Whether it reverses the orientation of a figure, if known. */
  readonly mirrored?: boolean;
  /** Transforms points in place; both coordinates are NaN where there is no image. */
  transform(xs: Float64Array, ys: Float64Array): void;
  /** The same followed by (x - c) / a and (y - f) / e, faster than separately. */
  onto?(a: number, c: number, e: number, f: number): (xs: Float64Array, ys: Float64Array) => void;
  /** Set if the source's CRS cuts the globe open, so that a place on a cut has several images. */
  readonly seams?: TransformSeams | undefined;
}

/** A transform in two steps, via the globe. Angles are in radians, longitudes from the source's central meridian. */
export interface TransformSeams {
  /** The parts of the globe that are each drawn without a break; together they cover all of it. */
  readonly lobes: readonly {
    readonly west: number;
    readonly south: number;
    readonly east: number;
    readonly north: number;
  }[];
  /** The size of a unit of the source's coordinates on the globe. */
  readonly unit: number;
  /** To longitudes within half a turn, both ends included, and latitudes. */
  readonly toGlobe: (xs: Float64Array, ys: Float64Array) => void;
  /** Continues to the source's coordinates: of the points themselves, or as the limit from inside a lobe. */
  readonly fromGlobe: (xs: Float64Array, ys: Float64Array, lobe?: number) => void;
}

/** The source and the grid of a resampling. */
export interface ResamplingInput {
  readonly source: RasterSource;
  readonly grid: Grid;
  readonly transform: CoordinateTransform;
  /** Whether the source's x is a longitude in degrees, which repeats every 360; that of a rotated pole counts too. */
  readonly geographicSource: boolean;
}

/** Pixel coordinates this near to a whole number are that number: the noise of binary fractions and projections. */
export const pixelTolerance = 1e-6;

/** From the grid's CRS to the pixels of a source, (0, 0) being the outer corner of its first pixel. */
export interface PixelMap {
  /** The size of the source, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly affine: Affine;
  /** True if columns map to columns and rows to rows, independently. */
  readonly separable: boolean;
  /** Whether columns run westwards, and rows northwards. */
  readonly westward: boolean;
  readonly northward: boolean;
  /** The step in pixels that a full turn of longitude makes; undefined if the source has no longitudes. */
  readonly turn: { readonly x: number; readonly y: number } | undefined;
  /** The step in pixels that a degree of latitude makes; undefined with `turn`. */
  readonly northStep: { readonly x: number; readonly y: number } | undefined;
  /**
   * The sign of the area of a cell in pixels, from its northwestern corner clockwise; undefined if it is not known. An
   * outline of the other sign does not contain its cell: it goes around a place where the source's CRS has no image or
   * runs to infinity, with the whole source inside.
   */
  readonly orientation: 1 | -1 | undefined;
  /** Transforms points of the grid's CRS to pixel coordinates in place; NaN outside the domain. */
  readonly toPixels: (xs: Float64Array, ys: Float64Array) => void;
  /** The same, but a point on the meridian along which the source's CRS is cut open belongs to the part east of it. */
  readonly pointsToPixels: (xs: Float64Array, ys: Float64Array) => void;
  /** Set if the source's CRS cuts the globe open. */
  readonly seams: PixelSeams | undefined;
}

/** {@link PixelMap.toPixels} in two steps; see {@link TransformSeams}. */
export interface PixelSeams extends Pick<TransformSeams, "lobes" | "toGlobe"> {
  readonly toPixels: (xs: Float64Array, ys: Float64Array, lobe?: number) => void;
  /** The map to the globe as a raster of longitudes and latitudes, with pixels about as large as the source's. */
  readonly globe: PixelMap;
  /** The maps that treat points on the meridian opposite the central one as the western end, and as the eastern end. */
  readonly sided: readonly PixelMap[];
}

/** @throws RangeError if the source's affine map is singular */
export function pixelMap({ source, transform, geographicSource }: ResamplingInput): PixelMap {
  const { width, height, affine } = source;
  const { a, b, c, d, e, f } = affine;
  const determinant = a * e - b * d;
  if (determinant === 0 || !Number.isFinite(determinant)) throw new RangeError("singular affine map");
  const aligned = isAxisAligned(affine);
  const onto = aligned && !transform.identity ? transform.onto?.(a, c, e, f) : undefined;
  const turn = geographicSource ? { x: (360 * e) / determinant, y: (-360 * d) / determinant } : undefined;
  const place = (xs: Float64Array, ys: Float64Array): void => {
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i]! - c;
      const y = ys[i]! - f;
      xs[i] = aligned ? x / a : (x * e - y * b) / determinant;
      ys[i] = aligned ? y / e : (y * a - x * d) / determinant;
      if (xs[i]! - xs[i]! !== 0 || ys[i]! - ys[i]! !== 0) xs[i] = ys[i] = NaN;
    }
  };
  const toPixels =
    onto ??
    ((xs, ys) => {
      if (!transform.identity) transform.transform(xs, ys);
      place(xs, ys);
    });
  const map: PixelMap = {
    width,
    height,
    affine,
    separable: transform.identity && aligned,
    westward: a < 0 || (a === 0 && d > 0),
    northward: e > 0 || (e === 0 && b < 0),
    turn,
    orientation:
      turn || transform.mirrored === undefined ? undefined : transform.mirrored === determinant < 0 ? -1 : 1,
    northStep: turn && { x: -b / determinant, y: a / determinant },
    toPixels,
    pointsToPixels: toPixels,
    seams: undefined,
  };
  if (!transform.seams) return map;
  const seams = pixelSeams(transform.seams, Math.sqrt(Math.abs(determinant)), place);
  const sided = [-Math.PI, Math.PI].map((end) => sidedMap(map, seams, end));
  return { ...map, pointsToPixels: sided[0]!.toPixels, seams: { ...seams, sided } };
}

/** Radians: far less than a millimetre. */
const onSeam = 1e-11;

/** The map that treats points on the seam as one end or the other. */
function sidedMap(map: PixelMap, seams: Omit<PixelSeams, "sided">, end: number): PixelMap {
  const toGlobe = (xs: Float64Array, ys: Float64Array): void => {
    seams.toGlobe(xs, ys);
    for (let i = 0; i < xs.length; i++) if (Math.abs(xs[i]!) >= Math.PI - onSeam) xs[i] = end;
  };
  const toPixels = (xs: Float64Array, ys: Float64Array): void => {
    toGlobe(xs, ys);
    seams.toPixels(xs, ys);
  };
  return { ...map, toPixels, pointsToPixels: toPixels, seams: { ...seams, toGlobe, sided: [] } };
}

function pixelSeams(
  { lobes, unit, toGlobe, fromGlobe }: TransformSeams,
  pixelSize: number,
  place: (xs: Float64Array, ys: Float64Array) => void,
): Omit<PixelSeams, "sided"> {
  const degree = Math.PI / 180;
  const size = (pixelSize * unit) / degree;
  const globe: PixelMap = {
    width: 360 / size,
    height: 180 / size,
    affine: { a: size, b: 0, c: -180, d: 0, e: -size, f: 90 },
    separable: false,
    orientation: undefined,
    westward: false,
    northward: false,
    turn: { x: 360 / size, y: 0 },
    northStep: { x: 0, y: -1 / size },
    toPixels(xs, ys) {
      toGlobe(xs, ys);
      for (let i = 0; i < xs.length; i++) {
        xs[i] = (xs[i]! / degree + 180) / size;
        ys[i] = (90 - ys[i]! / degree) / size;
      }
    },
    pointsToPixels: (xs, ys) => globe.toPixels(xs, ys),
    seams: undefined,
  };
  return {
    lobes,
    toGlobe,
    toPixels(xs, ys, lobe) {
      fromGlobe(xs, ys, lobe);
      place(xs, ys);
    },
    globe,
  };
}

/** The lobe in which a point on the globe is drawn. */
export function lobeOf(
  { lobes }: Pick<PixelSeams, "lobes">,
  longitudes: Float64Array,
  latitudes: Float64Array,
  point: number,
): number {
  const [longitude, latitude] = [longitudes[point]!, latitudes[point]!];
  return lobes.findIndex(
    ({ east, south, north }) => longitude <= east && latitude >= south && latitude <= north,
  );
}

/** The whole number that `value` is within `tolerance` of, or `value`. */
export function snap(value: number, tolerance: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= tolerance ? whole : value;
}

/**
 * The pixel that contains a coordinate. A border belongs to the pixel to the east or south, which is the pixel
 * after it, or the one before it if the axis runs to the west or north (`reversed`).
 */
export function pixelUnder(coordinate: number, reversed: boolean, tolerance: number): number {
  const value = snap(coordinate, tolerance);
  return reversed ? Math.ceil(value) - 1 : Math.floor(value);
}

/** How much the longitude changes along a step in pixels. */
export function longitudeStep({ a, b }: Affine, dx: number, dy: number): number {
  return a * dx + b * dy;
}

/** The latitude of a point in pixels. */
export function latitudeAt({ d, e, f }: Affine, x: number, y: number): number {
  return d * x + e * y + f;
}

/** The full turns to subtract from a point so that it lies within half a turn of another. */
export function turnsBetween(affine: Affine, dx: number, dy: number): number {
  return Math.round(longitudeStep(affine, dx, dy) / 360);
}

/** The numbers of full turns, from first to last, that bring a box in pixels onto the source. */
export function turnsOnto(
  { affine, turn, width, height }: PixelMap,
  left: number,
  top: number,
  right: number,
  bottom: number,
): readonly [first: number, last: number] {
  if (!turn) return noTurns;
  const { a, b } = affine;
  const low = Math.min(a * left, a * right) + Math.min(b * top, b * bottom);
  const high = Math.max(a * left, a * right) + Math.max(b * top, b * bottom);
  const west = Math.min(0, a * width) + Math.min(0, b * height);
  const east = Math.max(0, a * width) + Math.max(0, b * height);
  return [Math.ceil((west - high) / 360), Math.floor((east - low) / 360)];
}

const noTurns = [0, 0] as const;
