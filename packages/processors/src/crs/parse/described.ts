import { QuadratError } from "@quadrat/core/base";
import type { AreaOfUse, CrsDefinition, Datum } from "../crs.js";
import { completeDefinition } from "./definition.js";
import { conversion, parameterKind, parameterName } from "./methods.js";

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

/** A projected system as WKT and PROJJSON describe it. */
export interface WrittenProjection {
  readonly method: string;
  readonly parameters: readonly WrittenParameter[];
  /** Radians per unit of parameters that do not say. */
  readonly angleUnit: number;
  /** Metres per unit of parameters that do not say. */
  readonly lengthUnit: number;
  /** Metres per unit of x and y. */
  readonly unitFactor: number;
  /** The directions of the axes in lower case, as far as they are given. */
  readonly directions: readonly string[];
  readonly datum: Datum;
  readonly primeMeridian: number;
}

/** @throws QuadratError of kind "usage" for a method, a parameter or a pair of axes that isn't supported */
export function definitionOfProjection(written: WrittenProjection): CrsDefinition {
  const { datum, primeMeridian, unitFactor } = written;
  const parameters: Record<string, number> = {};
  for (const { name, value, unit } of written.parameters) {
    const key = parameterName(name);
    if (key === undefined) {
      throw new QuadratError(
        "usage",
        `the parameter "${name}" of the projection ${written.method} is not understood`,
      );
    }
    const kind = parameterKind(key);
    if (kind === "angle") parameters[key] = degrees(value, unit ?? written.angleUnit);
    else if (kind === "length") parameters[key] = value * (unit ?? written.lengthUnit);
    else parameters[key] = value;
  }
  const { southOriented, ...converted } = conversion(written.method, parameters);
  const axisSigns = southOriented ? ([-1, -1] as const) : signs(written.directions);
  if (converted.projection === "krovak" && axisSigns.includes(-1)) {
    throw new QuadratError("usage", "Krovak with axes to the south and west is not supported", {
      hint: "use the one to the east and north, EPSG:5514",
    });
  }
  return completeDefinition({ ...converted, datum, primeMeridian, unitFactor, axisSigns });
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
