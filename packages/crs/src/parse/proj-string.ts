import type { CrsDefinition } from "../crs.js";
import { own } from "../own.js";
import { degree, primeMeridians, projUnits } from "../units.js";
import { completeDefinition } from "./definition.js";
import type { Conversion } from "./methods.js";
import { readDatum } from "./proj-datum.js";
import {
  fail,
  numericKeys,
  readAngle,
  readKeys,
  readNumber,
  refuse,
  refuseValue,
  type ProjKeys,
} from "./proj-keys.js";

const geographicNames = ["longlat", "latlong", "lonlat", "latlon"];

const degreeNames = ["m", "deg", "degree", "degrees"];

/** Keys that mean the same as another. */
const otherNames: Readonly<Record<string, string>> = { k: "k_0", lonc: "lon_0" };

/**
 * Reads a PROJ string such as `+proj=laea +lat_0=52 +lon_0=10 +ellps=GRS80`.
 * @throws QuadratError of kind "usage" for a key or value that isn't understood
 */
export function definitionFromProjString(text: string): CrsDefinition {
  const keys = readKeys(text);
  if (!keys.get("proj")) throw refuse(text, "has no +proj", "for instance +proj=longlat +datum=WGS84");
  const converted = readConversion(keys);
  const angular = converted.projection === "longlat" || converted.projection === "ob_tran";
  return completeDefinition({
    ...converted,
    datum: readDatum(keys),
    primeMeridian: readPrimeMeridian(keys),
    axisSigns: readAxis(keys),
    // PROJ passes over the units of angles: they are degrees, also those of a rotated pole.
    unitFactor: angular ? checkAngularUnit(keys) : readUnit(keys),
  });
}

/** Only the projection and its parameters. */
export function readConversion(keys: ProjKeys): Conversion {
  const projection = keys.get("proj") ?? "";
  const parameters: Record<string, number> = {};
  for (const [key, value] of keys) {
    if (numericKeys.includes(key)) parameters[own(otherNames, key) ?? key] = readAngle(key, value);
  }
  if (keys.has("no_uoff") || keys.has("no_off")) parameters["no_uoff"] = 1;
  if (keys.has("R_A")) parameters["R_A"] = 1;
  if (keys.has("sweep")) parameters["sweep"] = keys.get("sweep") === "x" ? 1 : 0;
  return geographicNames.includes(projection)
    ? { projection: "longlat", parameters }
    : withName(projection, parameters, keys);
}

/** The projection under our name for it, with the parameters that its own name implies. */
function withName(
  projection: string,
  parameters: Readonly<Record<string, number>>,
  keys: ProjKeys,
): Conversion {
  const south = keys.has("south");
  if (projection === "utm") {
    const zone = readNumber("zone", keys.get("zone") ?? "");
    if (!Number.isInteger(zone) || zone < 1 || zone > 60)
      throw refuseValue("zone", keys.get("zone") ?? "", "1 to 60");
    const utm = { lat_0: 0, lon_0: 6 * zone - 183, k_0: 0.9996, x_0: 500000, y_0: south ? 1e7 : 0 };
    return { projection: "tmerc", parameters: { ...parameters, ...utm } };
  }
  if (projection === "ups") {
    const ups = { lat_0: south ? -90 : 90, lon_0: 0, k_0: 0.994, x_0: 2e6, y_0: 2e6 };
    return { projection: "stere", parameters: { ...parameters, ...ups } };
  }
  if (projection === "ob_tran") {
    if (!geographicNames.includes(keys.get("o_proj") ?? "")) {
      throw refuseValue(
        "o_proj",
        keys.get("o_proj") ?? "",
        "longlat: other projections about a displaced pole are not supported",
      );
    }
    if (!keys.has("o_lat_p")) throw refuseValue("o_lat_p", "", "the latitude of the pole");
    return { projection, parameters };
  }
  return { projection: projection === "etmerc" ? "tmerc" : projection, parameters };
}

function readPrimeMeridian(keys: ProjKeys): number {
  const text = keys.get("pm");
  return text === undefined ? 0 : (own(primeMeridians, text.toLowerCase()) ?? readAngle("pm", text));
}

function readUnit(keys: ProjKeys): number {
  const factor = keys.get("to_meter");
  if (factor !== undefined) {
    const [numerator = "", denominator = "1"] = factor.split("/");
    return readNumber("to_meter", numerator) / readNumber("to_meter", denominator);
  }
  const name = keys.get("units") ?? "m";
  return (
    own(projUnits, name) ?? fail(refuseValue("units", name, `one of ${Object.keys(projUnits).join(", ")}`))
  );
}

/** Refuses a unit that neither PROJ nor we understand, and gives that of a degree. */
function checkAngularUnit(keys: ProjKeys): number {
  if (!degreeNames.includes(keys.get("units") ?? "m")) readUnit(keys);
  return degree;
}

function readAxis(keys: ProjKeys): readonly [1 | -1, 1 | -1] {
  const axis = keys.get("axis") ?? "enu";
  const match =
    /^([ew])([ns])u?$/.exec(axis) ??
    fail(refuseValue("axis", axis, "enu, wnu, esu or wsu: x is always the easting"));
  return [match[1] === "e" ? 1 : -1, match[2] === "n" ? 1 : -1];
}
