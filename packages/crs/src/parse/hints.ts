import { findCode } from "./codes.js";

/** Codes of other lists for what EPSG has another code for. */
const otherCodes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["900913", "3587", "3785", "41001", "54004", "102100", "102113"].map((code) => [code, "EPSG:3857"]),
  ),
  "37001": "EPSG:4326",
};

/** What people call a system, without spaces and punctuation. */
const everydayNames: readonly (readonly [names: RegExp, code: string])[] = [
  [/^(wgs(19)?84|gcswgs(19)?84|lonlat|longlat|latlon|latlong|geographic|crs84|wgs84lonlat)$/, "EPSG:4326"],
  [/^(googlemercator|google|webmercator|(wgs84)?pseudomercator|wgs(19)?84webmercator.*)$/, "EPSG:3857"],
  [/^(gcsnorthamerican1983|nad(19)?83)$/, "EPSG:4269"],
  [/^(gcsnorthamerican1927|nad(19)?27)$/, "EPSG:4267"],
  [/^etrs(19)?89$/, "EPSG:4258"],
  [/^(etrs89)?(extended)?laea(europe)?$/, "EPSG:3035"],
  [/^mollweide|worldmollweide$/, "ESRI:54009"],
  [/^equalearth$/, "EPSG:8857"],
  [/^(ease2?|easegrid2?(20)?)$/, "EPSG:6933"],
];

/** The code that a code of another list stands for. */
export function meantByCode(code: string): string | undefined {
  return otherCodes[code];
}

/** The code that is probably meant by a text that is not a coordinate reference system. */
export function meantByText(text: string): string | undefined {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const named = everydayNames.find(([names]) => names.test(plain))?.[1];
  if (named !== undefined) return named;
  const utm = /^(?:wgs84)?utm(?:zone)?(\d{1,2})([ns])(?:wgs84)?$/.exec(plain);
  if (utm) {
    const zone = Number(utm[1]);
    return zone >= 1 && zone <= 60 ? `EPSG:${(utm[2] === "n" ? 32600 : 32700) + zone}` : undefined;
  }
  const [number, another] = text.match(/\d{4,6}/g) ?? [];
  if (number === undefined || another !== undefined) return undefined;
  const entry = findCode(Number(number));
  return meantByCode(number) ?? (entry && `${entry.authority.toUpperCase()}:${entry.wkid}`);
}
