import { QuadratError } from "@quadrat/core/base";
import type { Datum } from "../crs.js";
import { degree } from "../units.js";
import { completeDefinition, namedDatum } from "./definition.js";
import {
  definitionOfDerived,
  definitionOfProjection,
  degrees,
  type Described,
  type WrittenProjection,
} from "./described.js";

type Json = { readonly [key: string]: unknown };

/**
 * Reads PROJJSON: geographic and projected systems, and the horizontal part of compound ones.
 * @throws QuadratError of kind "usage" for what can't be read or isn't supported
 */
export function describeProjJson(text: string): Described {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new QuadratError("usage", "the PROJJSON can't be read as JSON", { cause });
  }
  return describe(object(value));
}

function describe(crs: Json): Described {
  const name = words(crs["name"]);
  const area = areaOf(crs);
  const found = { name, ...(area && { areaOfUse: area }) };
  switch (crs["type"]) {
    case "CompoundCRS":
      return { ...describe(object(list(crs["components"])[0])), name };
    case "GeographicCRS":
    case "GeodeticCRS": {
      const { units, geocentric } = axesOf(crs);
      if (geocentric) break;
      const { datum, primeMeridian } = frameOf(crs);
      const parameters = {};
      return {
        ...found,
        definition: completeDefinition({
          projection: "longlat",
          parameters,
          datum,
          primeMeridian,
          unitFactor: units ?? degree,
        }),
      };
    }
    case "ProjectedCRS":
      return {
        ...found,
        definition: definitionOfProjection({ ...conversionOf(crs), unitFactor: axesOf(crs).units ?? 1 }),
      };
    case "DerivedGeographicCRS":
      return {
        ...found,
        definition: definitionOfDerived({ ...conversionOf(crs), unitFactor: axesOf(crs).units ?? degree }),
      };
  }
  throw new QuadratError(
    "usage",
    `a coordinate system of the PROJJSON type ${String(crs["type"])} is not supported`,
    {
      hint: "it must be geographic or projected",
    },
  );
}

/** The base, the method and its parameters of a system that is made from another. */
function conversionOf(crs: Json): Omit<WrittenProjection, "unitFactor"> {
  const conversion = object(crs["conversion"]);
  return {
    method: String(object(conversion["method"])["name"]),
    parameters: list(conversion["parameters"]).map((item) => {
      const parameter = object(item);
      const unit = unitFactor(parameter["unit"]);
      return {
        name: String(parameter["name"]),
        value: number(parameter["value"]),
        ...(unit !== undefined && { unit }),
      };
    }),
    angleUnit: degree,
    lengthUnit: 1,
    directions: axesOf(crs).directions,
    ...frameOf(object(crs["base_crs"])),
  };
}

function frameOf(crs: Json): { readonly datum: Datum; readonly primeMeridian: number } {
  const frame = object(crs["datum"] ?? crs["datum_ensemble"]);
  const ellipsoid = object(frame["ellipsoid"]);
  const radius = ellipsoid["radius"];
  const a = measure(radius ?? ellipsoid["semi_major_axis"]);
  const minor = ellipsoid["semi_minor_axis"];
  const rf = minor === undefined ? number(ellipsoid["inverse_flattening"] ?? 0) : a / (a - measure(minor));
  const meridian = frame["prime_meridian"];
  return {
    datum: namedDatum(
      String(frame["name"]),
      { a, rf: radius === undefined && Number.isFinite(rf) ? rf : 0 },
      undefined,
      epsgCodeOf(frame),
    ),
    primeMeridian: meridian === undefined ? 0 : meridianDegrees(object(meridian)["longitude"]),
  };
}

function epsgCodeOf({ id }: Json): string | undefined {
  if (id === undefined) return undefined;
  const { authority, code } = object(id);
  return authority === "EPSG" ? String(code) : undefined;
}

function meridianDegrees(longitude: unknown): number {
  if (typeof longitude === "number") return longitude;
  const { value, unit } = object(longitude);
  return degrees(number(value), unitFactor(unit) ?? degree);
}

function axesOf(crs: Json): { units: number | undefined; directions: string[]; geocentric: boolean } {
  const system = crs["coordinate_system"] === undefined ? {} : object(crs["coordinate_system"]);
  const axes = list(system["axis"] ?? []).map(object);
  return {
    units: unitFactor(axes[0]?.["unit"]),
    directions: axes.slice(0, 2).map((axis) => String(axis["direction"]).toLowerCase()),
    geocentric: system["subtype"] === "Cartesian",
  };
}

function areaOf(crs: Json): Described["areaOfUse"] {
  if (crs["bbox"] === undefined) return undefined;
  const box = object(crs["bbox"]);
  return {
    name: words(crs["area"]),
    west: number(box["west_longitude"]),
    south: number(box["south_latitude"]),
    east: number(box["east_longitude"]),
    north: number(box["north_latitude"]),
  };
}

/** Metres or radians per unit; undefined where there is none. */
function unitFactor(unit: unknown): number | undefined {
  if (unit === "metre" || unit === "unity") return 1;
  if (unit === "degree") return degree;
  return unit === undefined ? undefined : number(object(unit)["conversion_factor"]);
}

/** A length in metres: a number, or a value with a unit. */
function measure(value: unknown): number {
  if (typeof value === "number") return value;
  const written = object(value);
  return number(written["value"]) * (unitFactor(written["unit"]) ?? 1);
}

function object(value: unknown): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw broken("an object", value);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw broken("a list", value);
}

function number(value: unknown): number {
  if (typeof value === "number") return value;
  throw broken("a number", value);
}

function words(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function broken(expected: string, found: unknown): QuadratError {
  return new QuadratError(
    "usage",
    `the PROJJSON has ${found === undefined ? "nothing" : JSON.stringify(found)} where ${expected} is expected`,
  );
}
