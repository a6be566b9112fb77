import { inputError } from "../faults.js";
import { atlasCountries } from "./atlas.js";
import { PolygonIndex } from "./polygon-index.js";
import { readPolygons, type Polygon, type PolygonFeature } from "./polygons.js";
import type { PointTest } from "./places.js";

/** Properties that may have a country's code, likeliest first. */
const codeProperties = ["ISO_A2", "ISO_A2_EH", "iso_a2", "countryCode", "code"];

/** Quadrat's own borders are drawn too coarsely to be certain within this distance, in metres. */
const ownWithin = 25_000;

/** Whether a point is in a country or near it; undefined for one without polygons. */
type InCountry = (country: number, lon: number, lat: number, within: number) => boolean | undefined;

/** The test that fails points farther than some metres from the country of their code. */
export async function openCountries(
  path: string | undefined,
  within = path === undefined ? ownWithin : 0,
): Promise<PointTest> {
  const isIn = await readCountries(path);
  return {
    texts: [""],
    test: (lon, lat, country = 0) => (isIn(country, lon, lat, within) === false ? 0 : -1),
  };
}

/** Mistakes of coordinates that bring a point back to its country. */
const mistakes = [
  { text: "longitude and latitude swapped", correct: (x: number, y: number) => [y, x] },
  { text: "wrong sign of the longitude", correct: (x: number, y: number) => [-x, y] },
  { text: "wrong sign of the latitude", correct: (x: number, y: number) => [x, -y] },
  { text: "wrong signs of both coordinates", correct: (x: number, y: number) => [-x, -y] },
] as const;

/** The test that fails points outside of their country that one of the {@link mistakes} would explain. */
export async function openSwapped(
  path: string | undefined,
  within = path === undefined ? ownWithin : 0,
): Promise<PointTest> {
  const isIn = await readCountries(path);
  return {
    texts: mistakes.map(({ text }) => text),
    test(lon, lat, country = 0) {
      if (isIn(country, lon, lat, within) !== false) return -1;
      return mistakes.findIndex(({ correct }) => {
        const [x, y] = correct(lon, lat) as [number, number];
        return Math.abs(y) <= 90 && isIn(country, x, y, 0) === true;
      });
    },
  };
}

async function readCountries(path: string | undefined): Promise<InCountry> {
  const features = path === undefined ? await atlasCountries() : await readPolygons(path);
  const polygons = new Map<string, Polygon[]>();
  for (const feature of features) {
    const code = codeOf(feature);
    if (code !== undefined) polygons.set(code, [...(polygons.get(code) ?? []), ...feature.polygons]);
  }
  if (polygons.size === 0) {
    throw inputError(path!, "no polygon has a country's code", {
      hint: `the code of two letters is looked for in the properties ${codeProperties.join(", ")}`,
    });
  }
  const countries = new Map([...polygons].map(([code, all]) => [countryNumber(code), new PolygonIndex(all)]));
  return (country, lon, lat, within) => {
    const index = countries.get(country);
    return index && (index.at(lon, lat) >= 0 || (within > 0 && index.isNear(lon, lat, within)));
  };
}

/** A code of two capital letters as a number. */
function countryNumber(code: string): number {
  return code.charCodeAt(0) * 256 + code.charCodeAt(1);
}

/** SQL of the number of a country's code, 0 for a text that is none. */
export function sqlCountryNumber(text: string): string {
  const code = `upper(trim(${text}::VARCHAR, ' ' || chr(9) || chr(10) || chr(13) || chr(160)))`;
  return `CASE WHEN regexp_full_match(${code}, '[A-Z]{2}') THEN ascii(${code}) * 256 + ascii(${code}[2]) ELSE 0 END`;
}

function codeOf({ properties }: PolygonFeature): string | undefined {
  const code = codeProperties.map((name) => properties[name]).find((one) => typeof one === "string");
  return /^[A-Za-z]{2}$/.test(String(code)) ? String(code).toUpperCase() : undefined;
}
