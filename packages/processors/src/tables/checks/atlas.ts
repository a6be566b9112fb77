import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import { featuresOf, type Polygon, type PolygonFeature } from "./polygons.js";

type Topology = Parameters<typeof feature>[0];

const require = createRequire(import.meta.url);

/** What a verdict of Quadrat's own polygons depends on. */
export const atlasVersion = `Natural Earth 1:50m (world-atlas ${(require("world-atlas/package.json") as { version: string }).version})`;

/** The land of Natural Earth at 1:50 million. */
export async function atlasLand(): Promise<Polygon[]> {
  return featuresOf(await readAtlas("land-50m", "land")).flatMap(({ polygons }) => polygons);
}

/** Places that have no code of their own in Natural Earth, with those under which records are filed there. */
const coded: Readonly<Record<string, readonly string[]>> = {
  Kosovo: ["XK", "RS"],
  "N. Cyprus": ["CY"],
  Somaliland: ["SO"],
  "Indian Ocean Ter.": ["CX", "CC"],
  "Siachen Glacier": ["IN", "PK"],
};

/** The countries of Natural Earth at 1:50 million, with their code of two letters as `ISO_A2`. */
export async function atlasCountries(): Promise<PolygonFeature[]> {
  const { whereNumeric } = require("iso-3166-1") as {
    readonly whereNumeric: (code: string) => { readonly alpha2: string } | undefined;
  };
  const features = featuresOf(await readAtlas("countries-50m", "countries"));
  return features.flatMap(({ id, properties, polygons }) => {
    const codes = coded[String(properties["name"])] ?? [whereNumeric(String(id))?.alpha2];
    return codes.map((code) => ({ properties: { ISO_A2: code }, polygons }));
  });
}

/** An object of a file of world-atlas as GeoJSON. */
async function readAtlas(file: string, name: string): Promise<unknown> {
  const path = require.resolve(`world-atlas/${file}.json`);
  const topology = JSON.parse(await readFile(path, "utf8")) as Topology;
  return feature(topology, name);
}
