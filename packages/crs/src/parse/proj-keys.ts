import { nearest, QuadratError } from "@quadrat/core/base";

/** The keys of a PROJ string and their values, "" for one without; the first of a kind counts, as in PROJ. */
export type ProjKeys = ReadonlyMap<string, string>;

/** Keys that mean nothing for the horizontal position. */
const ignored = words("no_defs wktext type title vunits vto_meter geoidgrids approx algo");

/** Keys whose value is a number. */
export const numericKeys: readonly string[] = words(
  "lat_0 lat_1 lat_2 lat_ts lon_0 lonc x_0 y_0 k k_0 alpha gamma h o_lat_p o_lon_p lon_wrap",
);

const known = [
  ...numericKeys,
  ...words("proj datum ellps a b rf f es R R_A towgs84 nadgrids pm units to_meter axis zone south"),
  ...words("no_uoff no_off sweep o_proj"),
];

/** @throws QuadratError of kind "usage" for a key that isn't understood: it could change every position */
export function readKeys(text: string): ProjKeys {
  const keys = new Map<string, string>();
  for (const part of text.split(/\s+/)) {
    const [, key = "", value = ""] = /^\+?([^=]+)(?:=(.*))?$/s.exec(part) ?? [];
    if (key === "" || ignored.includes(key)) continue;
    if (!known.includes(key)) {
      const near = nearest(key, known);
      throw refuse(text, `has the unknown key +${key}`, near ? `did you mean +${near}?` : "leave it out");
    }
    if (!keys.has(key)) keys.set(key, value);
  }
  return keys;
}

/** Decimal degrees or, as PROJ allows, degrees, minutes and seconds such as 52d9'22.178"N. */
export function readAngle(key: string, text: string): number {
  const match = /^([-+]?\d+(?:\.\d*)?)d(?:(\d+(?:\.\d*)?)')?(?:(\d+(?:\.\d*)?)")?([NSEW]?)$/i.exec(text);
  if (!match) return readNumber(key, text);
  const [, degrees = "0", minutes = "0", seconds = "0", side = ""] = match;
  const size = Math.abs(Number(degrees)) + Number(minutes) / 60 + Number(seconds) / 3600;
  return degrees.startsWith("-") !== /[SW]/i.test(side) ? -size : size;
}

export function readNumber(key: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : fail(refuseValue(key, text, "a number"));
}

export function refuse(text: string, what: string, hint: string): QuadratError {
  return new QuadratError("usage", `the PROJ string "${text}" ${what}`, { hint });
}

export function refuseValue(key: string, value: string, allowed: string): QuadratError {
  return new QuadratError("usage", `+${key}=${value} is not understood in a PROJ string`, { hint: allowed });
}

export function fail(error: QuadratError): never {
  throw error;
}

function words(text: string): string[] {
  return text.split(" ");
}
