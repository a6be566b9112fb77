/** The shape of the Earth in a coordinate system. */
export interface Ellipsoid {
  /** Semi-major axis in metres. */
  readonly a: number;
  /** Inverse flattening; 0 for a sphere. */
  readonly rf: number;
}

/** The parameters of a projection by their PROJ names: angles in degrees, lengths in metres. */
export type ProjectionParameters = Readonly<Record<string, number>>;

export interface Datum {
  readonly name: string;
  readonly ellipsoid: Ellipsoid;
  /** The EPSG code of the datum, where the table of shifts knows it. */
  readonly code: string | undefined;
  /**
   * A shift to WGS 84 that came with the definition: tx, ty, tz in metres, and where there are seven rx, ry, rz in
   * arc seconds (position vector convention) and the scale difference in ppm.
   */
  readonly toWgs84: readonly number[] | undefined;
  /** Optional grid files that came with the definition (`+nadgrids=@...`). */
  readonly grids: readonly string[];
}

/** What a coordinate system means, however it was written. */
export interface CrsDefinition {
  /** PROJ's name of the projection; "longlat" for a geographic system. */
  readonly projection: string;
  readonly parameters: ProjectionParameters;
  readonly datum: Datum;
  /** Degrees east of Greenwich. */
  readonly primeMeridian: number;
  /** Metres per unit, or radians per unit for a geographic system. */
  readonly unitFactor: number;
  /** -1 where x grows to the west, y to the south. */
  readonly axisSigns: readonly [x: 1 | -1, y: 1 | -1];
}

/** Where a coordinate system is meant to be used, in degrees; `west > east` crosses the antimeridian. */
export interface AreaOfUse {
  readonly name: string;
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/**
 * A two-dimensional coordinate reference system. x is always longitude or easting, y latitude or northing. Plain data:
 * it may be sent to a worker thread.
 */
export interface Crs {
  /** The text that stands for this system, such as `EPSG:3035`; {@link parseCrs} reads it back to the same system. */
  readonly id: string;
  readonly name: string;
  /** True when x and y are longitude and latitude. */
  readonly isGeographic: boolean;
  /** The name of the unit of x and y: "degree", "metre", ... */
  readonly unit: string;
  readonly definition: CrsDefinition;
  readonly areaOfUse: AreaOfUse | undefined;
  /** For a system given as a compound one: the text that stands for its horizontal part, which is this system. */
  readonly horizontal?: string;
}

/** True when x is a longitude, on the globe or about a displaced pole: it repeats after a full turn. */
export function hasLongitudes({ isGeographic, unit, definition }: Crs): boolean {
  return isGeographic || (definition.projection === "ob_tran" && unit === "degree");
}
