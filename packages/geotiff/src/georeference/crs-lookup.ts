/** An ellipsoid: semi-major axis in metres and inverse flattening, 0 for a sphere. */
export interface Ellipsoid {
  readonly a: number;
  readonly rf: number;
}

/** A geodetic datum, as defined in a register. */
export interface DatumEntry {
  readonly name: string;
  /** Of EPSG. */
  readonly code: string;
  readonly ellipsoid: Ellipsoid | undefined;
  /** Whether positions on it equal those on WGS 84. */
  readonly isLikeWgs84: boolean;
}

/** A geographic coordinate system, as defined in a register. */
export interface GeographicEntry {
  readonly ellipsoid: Ellipsoid;
  /** Degrees east of Greenwich. */
  readonly primeMeridian: number;
  readonly datum: DatumEntry | undefined;
}

/**
 * A register of coordinate systems, such as EPSG's. Files name most systems by a code, which needs no register. If a file
 * defines a system itself, on a datum or a geographic system that it gives by code or by name, the register says what that
 * is.
 */
export interface CrsLookup {
  /** The geographic system EPSG:code. */
  geographic(code: number): GeographicEntry | undefined;
  /** The datum with an EPSG code. */
  datumByCode(code: string): DatumEntry | undefined;
  /** The datum with a name, however it is written. */
  datumByName(name: string): DatumEntry | undefined;
  /** Metres in the linear unit of a projected system of EPSG or Esri. */
  linearUnit(code: number): number | undefined;
}

/** A lookup without a register: nothing is known except what the file says. */
export const noLookup: CrsLookup = {
  geographic: () => undefined,
  datumByCode: () => undefined,
  datumByName: () => undefined,
  linearUnit: () => undefined,
};
