import { nearest, QuadratError } from "@quadrat/core/base";
import type { CrsDefinition, Datum, Ellipsoid } from "../crs.js";
import { datumCode, datumName, wgs84Code } from "../datum/operations.js";
import { unknownDatum } from "../datum/plan.js";
import { eccentricitySquared, wgs84 } from "../ellipsoids.js";
import { parallelRadius } from "../projections/latitudes.js";
import { own } from "../own.js";
import { projectionMethods } from "../projections/registry.js";
import { degree } from "../units.js";
import { unsupportedMethod, type Parameters } from "./methods.js";

/** What a reader found, before it is checked. */
export interface Found {
  /** PROJ's name; "longlat" for a geographic system. */
  readonly projection: string;
  readonly parameters: Parameters;
  readonly datum: Datum;
  readonly primeMeridian?: number;
  readonly unitFactor: number;
  readonly axisSigns?: readonly [x: 1 | -1, y: 1 | -1];
}

/** What projections take besides parameters of their own. Where x and y are angles there is no false origin. */
function sharedParameters(projection: string): Parameters {
  if (projection === "longlat") return {};
  return projection === "ob_tran" ? { lon_0: 0 } : { lon_0: 0, x_0: 0, y_0: 0 };
}

/** Values that a parameter has when it isn't given. */
const defaults: Parameters = { lat_0: 0, k_0: 1, no_uoff: 0, o_lat_p: 90, o_lon_p: 0, sweep: 0, R_A: 0 };

/**
 * Checks a definition and completes it, so that equal systems become equal definitions.
 * @throws QuadratError of kind "usage" for a projection, a parameter or a shape of the Earth that isn't supported
 */
export function completeDefinition(found: Found): CrsDefinition {
  const { primeMeridian = 0, axisSigns = [1, 1] } = found;
  const datum = webMercatorDatum(found);
  const unitFactor = exactUnit(found.unitFactor);
  checkEllipsoid(datum.ellipsoid);
  if (!(unitFactor > 0 && Number.isFinite(unitFactor))) throw invalid(`a unit of ${unitFactor}`);
  if (!(Math.abs(primeMeridian) <= 360)) throw invalid(`a prime meridian at ${primeMeridian} degrees`);
  if (found.projection === "longlat") {
    const { lon_wrap = 0, ...others } = found.parameters;
    refuseParameters("longlat", others, []);
    const parameters = lon_wrap === 0 ? {} : { lon_wrap };
    return { projection: "longlat", parameters, datum, primeMeridian, unitFactor, axisSigns };
  }
  const { projection, parameters } = plainMercator(found);
  const method = own(projectionMethods, projection);
  if (!method) throw unsupportedProjection(projection);
  if (method.sphereOnly && datum.ellipsoid.rf !== 0) throw unsupportedMethod(method.title, method.sphereOnly);
  return {
    projection,
    parameters: completeParameters(projection, parameters, method.parameters),
    datum,
    primeMeridian,
    unitFactor,
    axisSigns,
  };
}

/** Texts round the size of a degree: 180 of them must be pi. */
function exactUnit(factor: number): number {
  return Math.abs(factor / degree - 1) < 1e-9 ? degree : factor;
}

/**
 * A datum by name or else by the EPSG code that it was written with, with the EPSG code and name where it is one that we
 * know a shift for.
 */
export function namedDatum(
  name: string,
  ellipsoid: Ellipsoid,
  toWgs84?: readonly number[],
  written?: string,
): Datum {
  const code = toWgs84 ? undefined : (datumCode(name) ?? knownCode(written));
  const shown =
    (code === undefined ? undefined : datumName(code)) ??
    (name.replace(/^D_/, "").replaceAll("_", " ") || unknownDatum);
  return { name: shown, ellipsoid, code, toWgs84, grids: [] };
}

function knownCode(code: string | undefined): string | undefined {
  return code !== undefined && datumName(code) !== undefined ? code : undefined;
}

function checkEllipsoid({ a, rf }: Ellipsoid): void {
  if (!(a > 0 && Number.isFinite(a))) throw invalid(`a semi-major axis of ${a} m`);
  if (!(rf === 0 || (rf > 10 && Number.isFinite(rf)))) throw invalid(`an inverse flattening of ${rf}`);
}

/** Older texts of web Mercator have a sphere and, so that no datum shift is made, `+nadgrids=@null`. */
function webMercatorDatum({ projection, datum }: Found): Datum {
  const { a, rf } = datum.ellipsoid;
  const web = projection === "merc" && rf === 0 && a === 6378137 && datum.code === wgs84Code;
  return web ? { ...datum, ellipsoid: wgs84 } : datum;
}

/**
 * Mercator has a scale factor at the equator; a latitude of true scale is another way to give it. On a sphere of the
 * radius of web Mercator it is what older texts call that.
 */
function plainMercator({ projection, parameters, datum }: Found): Pick<Found, "projection" | "parameters"> {
  if (projection !== "merc") return { projection, parameters };
  const { lat_ts = 0, k_0 = 1, ...others } = parameters;
  const { a, rf } = datum.ellipsoid;
  const scale = lat_ts === 0 ? k_0 : parallelRadius(lat_ts * degree, eccentricitySquared(datum.ellipsoid));
  if (rf === 0 && a === 6378137 && scale === 1) return { projection: "webmerc", parameters: others };
  return { projection, parameters: { ...others, k_0: scale } };
}

function completeParameters(projection: string, given: Parameters, known: readonly string[]): Parameters {
  refuseParameters(projection, given, known);
  const complete: Record<string, number> = {};
  const shared = sharedParameters(projection);
  for (const name of [...Object.keys(shared), ...known]) {
    const value = given[name] ?? shared[name] ?? defaults[name];
    if (value !== undefined) complete[name] = value;
  }
  if (known.includes("lat_2")) {
    complete["lat_1"] ??= complete["lat_0"] ?? 0;
    const [south, north] = [complete["lat_1"], complete["lat_2"] ?? complete["lat_1"]].sort((a, b) => a - b);
    Object.assign(complete, { lat_1: south, lat_2: north });
  }
  if (known.includes("gamma")) complete["gamma"] ??= complete["alpha"] ?? 0;
  if (complete["lat_ts"] !== undefined && given["k_0"] === undefined) delete complete["k_0"];
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isFinite(value) || (name.startsWith("lat_") && Math.abs(value) > 90))
      throw invalid(`${name} = ${value}`);
  }
  return complete;
}

function refuseParameters(projection: string, given: Parameters, known: readonly string[]): void {
  for (const [name, value] of Object.entries(given)) {
    const allowed = [...Object.keys(sharedParameters(projection)), ...known];
    if (allowed.includes(name) || value === (defaults[name] ?? 0)) continue;
    throw new QuadratError(
      "usage",
      `the projection ${projection} has no parameter ${name} (given as ${value})`,
      {
        hint: allowed.length > 0 ? `it takes ${allowed.join(", ")}` : "it takes none",
      },
    );
  }
}

function unsupportedProjection(name: string): QuadratError {
  const near = nearest(name, ["longlat", "utm", ...Object.keys(projectionMethods)]);
  return unsupportedMethod(`"${name}"`, near && `the nearest supported one is "${near}"`);
}

function invalid(what: string): QuadratError {
  return new QuadratError("usage", `the coordinate system has ${what}`);
}
