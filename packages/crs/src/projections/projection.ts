import type { PlainStep, Step } from "../chain.js";
import type { Ellipsoid, ProjectionParameters } from "../crs.js";

/**
 * A map projection on an ellipsoid whose semi-major axis is 1.
 *
 * `forward` takes the longitude from the central meridian, in [-pi, pi], and the latitude, in [-pi/2, pi/2], to x and
 * y before false easting and northing; `inverse` goes back. Both give NaN outside the domain, so that whatever is
 * finite returns to where it came from.
 */
export interface Projection {
  readonly forward: Step;
  readonly inverse: Step;
  /** The parts of the globe that are each drawn without a break, where the projection tears it into more than one. */
  readonly lobes?: readonly Lobe[];
}

/** A rectangle of longitudes from the central meridian and latitudes, in radians, that is drawn without a break. */
export interface Lobe {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  /** `forward` of the projection, the borders of the lobe included, which may be another lobe's as well. */
  readonly forward: PlainStep;
}

/** A projection without a kernel of its own. */
export interface PlainProjection extends Projection {
  readonly forward: PlainStep;
  readonly inverse: PlainStep;
}

/** What a projection is made from. The transform takes care of the longitude of origin and the false origin. */
export interface ProjectionInput {
  readonly parameters: ProjectionParameters;
  readonly ellipsoid: Ellipsoid;
}

/** How far beyond the edge of a domain a coordinate may lie by rounding, in radians (6 mm on the ground). */
const edge = 1e-9;

/** A longitude within [-pi, pi], or NaN where it is further out than rounding explains. */
export function withinHalfTurn(longitude: number): number {
  if (longitude >= -Math.PI && longitude <= Math.PI) return longitude;
  return Math.abs(longitude) <= Math.PI + edge ? Math.sign(longitude) * Math.PI : NaN;
}

/** A latitude within [-pi/2, pi/2], or NaN where it is further out than rounding explains. */
export function withinQuarterTurn(latitude: number): number {
  if (latitude >= -Math.PI / 2 && latitude <= Math.PI / 2) return latitude;
  return Math.abs(latitude) <= Math.PI / 2 + edge ? (Math.sign(latitude) * Math.PI) / 2 : NaN;
}

/** A sine within [-1, 1], or NaN where it is further out than rounding explains. */
export function withinUnit(sine: number): number {
  if (sine >= -1 && sine <= 1) return sine;
  return Math.abs(sine) <= 1 + edge ? Math.sign(sine) : NaN;
}

/** The longitude of a point `x` along a parallel of this radius; near a pole all longitudes are one point. */
export function withinParallel(x: number, radius: number): number {
  if (radius < 1e-12) return Math.abs(x) < 1e-9 ? 0 : NaN;
  if (Math.abs(x) > Math.PI * radius && Math.abs(x) <= Math.PI * radius + 1e-9) return Math.sign(x) * Math.PI;
  return withinHalfTurn(x / radius);
}
