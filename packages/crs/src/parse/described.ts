import { QuadratError } from "@quadrat/core/base";
import type { AreaOfUse, CrsDefinition, Datum } from "../crs.js";
import { completeDefinition } from "./definition.js";
import { conversion, parameterKind, parameterName, unsupportedMethod, type Conversion } from "./methods.js";
import { readKeys } from "./proj-keys.js";
import { readConversion } from "./proj-string.js";

/** What a text other than a code says about a coordinate system. */
export interface Described {
  readonly name: string;
  readonly definition: CrsDefinition;
  readonly areaOfUse?: AreaOfUse;
}

/** A projection parameter as it was written, and the size of its own unit in radians or metres, where it has one. */
export interface WrittenParameter {
  readonly name: string;
  readonly value: number;
  readonly unit?: number;
}

/** A projected system, or one on a rotated pole, as WKT and PROJJSON describe it. */
export interface WrittenProjection {
  readonly method: string;
  readonly parameters: readonly WrittenParameter[];
  /** Radians per unit of parameters that do not say. */
  readonly angleUnit: number;
  /** Metres per unit of parameters that do not say. */
  readonly lengthUnit: number;
  /** Metres per unit of x and y, or radians where they are angles. */
  readonly unitFactor: number;
  /** The directions of the axes in lower case, as far as they are given. */
  readonly directions: readonly string[];
  readonly datum: Datum;
  readonly primeMeridian: number;
}

/** @throws QuadratError of kind "usage" for a method, a parameter or a pair of axes that isn't supported */
export function definitionOfProjection(written: WrittenProjection): CrsDefinition {
  const { datum, primeMeridian, unitFactor } = written;
  const { southOriented, ...converted } = writtenConversion(written);
  const axisSigns = southOriented ? ([-1, -1] as const) : signs(written.directions);
  if (converted.projection === "krovak" && axisSigns.includes(-1)) {
    throw new QuadratError("usage", "Krovak with axes to the south and west is not supported", {
      hint: "use the version with axes to the east and north, EPSG:5514",
    });
  }
  return completeDefinition({ ...converted, datum, primeMeridian, unitFactor, axisSigns });
}

/**
 * A geographic system that is derived from another by turning the globe.
 * @throws QuadratError of kind "usage" for any other way to derive one
 */
export function definitionOfDerived(written: WrittenProjection): CrsDefinition {
  const definition = definitionOfProjection(written);
  if (definition.projection === "ob_tran") return definition;
  throw unsupportedMethod(written.method, "the only supported derived geographic system is a rotated pole");
}

/** What PROJ has no other name for: `PROJ ob_tran o_proj=longlat`, with parameters as in a PROJ string. */
const projMethod = /^PROJ (\S.*)$/;

function writtenConversion(written: WrittenProjection): Conversion {
  const { method, angleUnit, lengthUnit } = written;
  const proj = projMethod.exec(method)?.[1];
  const parameters: Record<string, number> = {};
  for (const { name, value, unit } of written.parameters) {
    const key = proj === undefined ? parameterName(name) : name;
    if (key === undefined) {
      throw new QuadratError(
        "usage",
        `the parameter "${name}" of the projection ${method} is not understood`,
      );
    }
    const kind = parameterKind(key);
    if (kind === "angle") parameters[key] = degrees(value, unit ?? angleUnit);
    else if (kind === "length") parameters[key] = value * (unit ?? lengthUnit);
    else parameters[key] = value;
  }
  if (proj === undefined) return conversion(method, parameters);
  const keys = Object.entries(parameters).map(([key, value]) => `+${key}=${value}`);
  return readConversion(readKeys(`+proj=${proj} ${keys.join(" ")}`));
}

/** An angle in degrees, exact where it was written in degrees. */
export function degrees(value: number, unit: number): number {
  const perUnit = (unit * 180) / Math.PI;
  return Math.abs(perUnit - 1) < 1e-9 ? value : value * perUnit;
}

/** Axes that both run to the north (or south) along two meridians are those of a polar system: x and y as usual. */
function signs(directions: readonly string[]): readonly [1 | -1, 1 | -1] {
  const [first, second] = directions;
  if (first === undefined || first === second) return [1, 1];
  return [directions.includes("west") ? -1 : 1, directions.includes("south") ? -1 : 1];
}
