import { numberOf, numbersOf, textOf, type Attributes } from "../model.js";
import { earthKeys } from "./ellipsoid.js";

/** A grid mapping that can't be used, in words. */
export class MappingFault extends Error {
  override readonly name = "MappingFault";
}

/** Reads the parameters of a mapping; one that is missing is named. */
class Parameters {
  readonly #attributes: Attributes;
  readonly #factor: number;

  constructor(attributes: Attributes, factor: number) {
    this.#attributes = attributes;
    this.#factor = factor;
  }

  /** The first of these attributes that there is. */
  need(...names: string[]): number {
    const value = this.maybe(...names);
    if (value === undefined) throw new MappingFault(`it has no ${names.join(" or ")}`);
    return value;
  }

  maybe(...names: string[]): number | undefined {
    return names.map((name) => numberOf(this.#attributes, name)).find((value) => value !== undefined);
  }

  /** One or two standard parallels. */
  parallels(): readonly number[] {
    const values = numbersOf(this.#attributes, "standard_parallel");
    if (!values || values.length < 1 || values.length > 2)
      throw new MappingFault("it has no standard_parallel");
    return values;
  }

  /** Coordinates of the origin, which are in the units of the coordinates. */
  falseOrigin(): string {
    const of = (name: string): number => (this.maybe(name) ?? 0) * this.#factor;
    return `+x_0=${of("false_easting")} +y_0=${of("false_northing")}`;
  }

  text(name: string): string | undefined {
    return textOf(this.#attributes, name);
  }
}

const centralMeridian = ["longitude_of_central_meridian", "longitude_of_projection_origin"];
const scaleAtOrigin = ["scale_factor_at_projection_origin", "scale_factor_at_central_meridian"];

function conic(name: string, from: Parameters): string {
  const [first, second = first] = from.parallels();
  return `+proj=${name} +lat_1=${first} +lat_2=${second} +lat_0=${from.need("latitude_of_projection_origin")} +lon_0=${from.need(...centralMeridian)}`;
}

function aroundOrigin(name: string, from: Parameters): string {
  return `+proj=${name} +lat_0=${from.need("latitude_of_projection_origin")} +lon_0=${from.need("longitude_of_projection_origin")}`;
}

/** True scale at a parallel, or a scale at the origin. */
function scaled(from: Parameters): string {
  const parallel = from.maybe("standard_parallel");
  return parallel === undefined ? `+k_0=${from.maybe(...scaleAtOrigin) ?? 1}` : `+lat_ts=${parallel}`;
}

function oneParallelConic(from: Parameters): string {
  const parallels = from.parallels();
  if (parallels.length === 2 && parallels[0] !== parallels[1]) return conic("lcc", from);
  const origin = from.maybe("latitude_of_projection_origin") ?? parallels[0]!;
  return `+proj=lcc +lat_1=${parallels[0]} +lat_0=${origin} +lon_0=${from.need(...centralMeridian)}`;
}

function polar(from: Parameters): string {
  const parallel = from.maybe("standard_parallel");
  const origin = from.maybe("latitude_of_projection_origin") ?? 90 * Math.sign(parallel ?? 1);
  if (Math.abs(origin) !== 90)
    throw new MappingFault(`its latitude_of_projection_origin is ${origin}, not 90 or -90`);
  const meridian = from.need("straight_vertical_longitude_from_pole", ...centralMeridian);
  return `+proj=stere +lat_0=${origin} +lon_0=${meridian} ${scaled(from)}`;
}

function geostationary(from: Parameters): string {
  const origin = from.maybe("latitude_of_projection_origin") ?? 0;
  if (origin !== 0) throw new MappingFault(`its latitude_of_projection_origin is ${origin}, not 0`);
  const fixed = from.text("fixed_angle_axis");
  const sweep = from.text("sweep_angle_axis") ?? (fixed === "x" ? "y" : fixed === "y" ? "x" : "y");
  return `+proj=geos +h=${from.need("perspective_point_height")} +lon_0=${from.need("longitude_of_projection_origin")} +sweep=${sweep}`;
}

/** The PROJ string of each grid mapping of CF, but for the earth and the false origin. */
const projections: Readonly<Record<string, (from: Parameters) => string>> = {
  albers_conical_equal_area: (from) => conic("aea", from),
  azimuthal_equidistant: (from) => aroundOrigin("aeqd", from),
  geostationary,
  lambert_azimuthal_equal_area: (from) => aroundOrigin("laea", from),
  lambert_conformal_conic: oneParallelConic,
  lambert_cylindrical_equal_area: (from) =>
    `+proj=cea +lon_0=${from.need(...centralMeridian)} ${scaled(from)}`,
  mercator: (from) => `+proj=merc +lon_0=${from.need(...centralMeridian)} ${scaled(from)}`,
  oblique_mercator: (from) =>
    `+proj=omerc +lat_0=${from.need("latitude_of_projection_origin")} +lonc=${from.need("longitude_of_projection_origin")} +alpha=${from.need("azimuth_of_central_line")} +k_0=${from.maybe(...scaleAtOrigin) ?? 1} +no_uoff`,
  orthographic: (from) => aroundOrigin("ortho", from),
  polar_stereographic: polar,
  sinusoidal: (from) => `+proj=sinu +lon_0=${from.need(...centralMeridian)}`,
  stereographic: (from) => `${aroundOrigin("stere", from)} +k_0=${from.maybe(...scaleAtOrigin) ?? 1}`,
  transverse_mercator: (from) =>
    `+proj=tmerc +lat_0=${from.need("latitude_of_projection_origin")} +lon_0=${from.need(...centralMeridian)} +k_0=${from.maybe("scale_factor_at_central_meridian", "scale_factor_at_projection_origin") ?? 1}`,
};

function rotatedPole(from: Parameters): string {
  const longitude = from.need("grid_north_pole_longitude");
  // PROJ counts from the meridian that the rotated one becomes.
  return `+proj=ob_tran +o_proj=longlat +o_lat_p=${from.need("grid_north_pole_latitude")} +o_lon_p=${from.maybe("north_pole_grid_longitude") ?? 0} +lon_0=${longitude + 180}`;
}

/**
 * The CRS of a grid mapping as a PROJ string, or EPSG:4326.
 * @param factor metres in a unit of the coordinates
 * @throws MappingFault if CF's mapping is not supported, or lacks a parameter
 */
export function projOf(attributes: Attributes, factor: number): string {
  const name = textOf(attributes, "grid_mapping_name");
  if (name === undefined) throw new MappingFault("it has neither grid_mapping_name nor crs_wkt");
  const earth = earthKeys(attributes);
  if (name === "latitude_longitude") return earth === "+datum=WGS84" ? "EPSG:4326" : `+proj=longlat ${earth}`;
  const from = new Parameters(attributes, factor);
  if (name === "rotated_latitude_longitude") return `${rotatedPole(from)} ${earth}`;
  const make = Object.hasOwn(projections, name) ? projections[name] : undefined;
  if (!make)
    throw new MappingFault(
      `${name} is not supported: latitude_longitude, rotated_latitude_longitude, ${Object.keys(projections).join(", ")} are`,
    );
  return `${make(from)} ${from.falseOrigin()} ${earth}`;
}
