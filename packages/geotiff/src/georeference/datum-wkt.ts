import type { Ellipsoid } from "./crs-lookup.js";

/** A datum about which more is known than its ellipsoid. */
export interface KnownDatum {
  readonly name: string;
  /** Of EPSG. */
  readonly code: string;
  readonly ellipsoid: Ellipsoid;
  /** Degrees east of Greenwich. */
  readonly primeMeridian: number;
}

const degree = 'ANGLEUNIT["degree",0.0174532925199433]';
const units = { angle: degree, length: 'LENGTHUNIT["metre",1]', number: 'SCALEUNIT["unity",1]' };

/** A geographic system as WKT 2, because a PROJ string can't name most datums. */
export function geographicWkt(datum: KnownDatum): string {
  return `GEOGCRS["${datum.name}",${frame(datum)},CS[ellipsoidal,2],AXIS["longitude",east],AXIS["latitude",north],${degree}]`;
}

/**
 * A projected system as WKT 2, with the projection as a PROJ method, which PROJ reads too.
 * @param projection a PROJ string from `+proj` to the units
 * @param metres in a unit of x and y
 */
export function projectedWkt(projection: string, metres: number, datum: KnownDatum): string {
  const words = projection
    .split(" ")
    .map((word) => word.replace(/^\+/, "").split("=") as [key: string, value?: string])
    .filter(([key]) => key !== "units" && key !== "to_meter");
  const isParameter = ([, value]: (typeof words)[number]): boolean => Number.isFinite(Number(value ?? NaN));
  const method = words
    .filter((word) => !isParameter(word))
    .map(([key, value]) => (key === "proj" ? value : key));
  const parameters = words
    .filter(isParameter)
    .map(([key, value]) => `,PARAMETER["${key}",${value},${units[kindOf(key)]}]`);
  const base = `BASEGEOGCRS["${datum.name}",${frame(datum)}]`;
  const axes = `CS[Cartesian,2],AXIS["easting",east],AXIS["northing",north],LENGTHUNIT["${metres === 1 ? "metre" : "unit"}",${metres}]`;
  return `PROJCRS["user-defined on ${datum.name}",${base},CONVERSION["user-defined",METHOD["PROJ ${method.join(" ")}"]${parameters.join("")}],${axes}]`;
}

function frame({ name, code, ellipsoid: { a, rf }, primeMeridian }: KnownDatum): string {
  const shape = `ELLIPSOID["unnamed",${a},${rf},${units.length}]`;
  // With another prime meridian EPSG defines another datum, with the same name but a different code.
  const [meridian, id] = primeMeridian === 0 ? ["Greenwich", `,ID["EPSG",${code}]`] : ["unnamed", ""];
  return `DATUM["${name}",${shape}${id}],PRIMEM["${meridian}",${primeMeridian},${degree}]`;
}

/** The unit of a PROJ parameter. */
function kindOf(parameter: string): keyof typeof units {
  if (/^(lat|lon)_|^alpha$|^gamma$/.test(parameter)) return "angle";
  return parameter === "x_0" || parameter === "y_0" ? "length" : "number";
}
