import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Polygon, PolygonFeature, Ring } from "./polygons.js";

const require = createRequire(import.meta.url);

/** A topology as world-atlas has it: rings are made from arcs, which neighbours share. */
interface Topology {
  readonly transform: {
    readonly scale: readonly [number, number];
    readonly translate: readonly [number, number];
  };
  /** Points as differences from the one before, in whole numbers. */
  readonly arcs: readonly (readonly (readonly [number, number])[])[];
  readonly objects: Readonly<Record<string, { readonly geometries: readonly Geometry[] }>>;
}

interface Geometry {
  readonly type: string;
  readonly id?: string;
  readonly arcs: unknown;
}

/** What a verdict of Quadrat's own polygons depends on. */
export const atlasVersion = `Natural Earth 1:50m (world-atlas ${(require("world-atlas/package.json") as { version: string }).version})`;

/** The land of Natural Earth at 1:50 million. */
export async function atlasLand(): Promise<Polygon[]> {
  return (await featuresOf("land-50m", "land")).flatMap(({ polygons }) => polygons);
}

/** The countries of Natural Earth at 1:50 million, with their code of two letters as `ISO_A2`. */
export async function atlasCountries(): Promise<PolygonFeature[]> {
  const { whereNumeric } = require("iso-3166-1") as {
    readonly whereNumeric: (code: string) => { readonly alpha2: string } | undefined;
  };
  const features = await featuresOf("countries-50m", "countries");
  return features.map(({ properties, polygons }) => ({
    properties: { ISO_A2: whereNumeric(String(properties["id"]))?.alpha2 },
    polygons,
  }));
}

async function featuresOf(file: string, name: string): Promise<PolygonFeature[]> {
  const path = require.resolve(`world-atlas/${file}.json`);
  const topology = JSON.parse(await readFile(path, "utf8")) as Topology;
  const arcs = decode(topology);
  return topology.objects[name]!.geometries.map(({ type, id, arcs: parts }) => {
    const polygons = (
      type === "Polygon" ? [parts] : type === "MultiPolygon" ? parts : []
    ) as readonly (readonly (readonly number[])[])[];
    return { properties: { id }, polygons: polygons.map((rings) => rings.map((ring) => join(ring, arcs))) };
  });
}

function decode({ arcs, transform: { scale, translate } }: Topology): Ring[] {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
}

/** Joins arcs into a ring; a negative number is an arc in the other direction, ~number. */
function join(ring: readonly number[], arcs: readonly Ring[]): Ring {
  return ring.flatMap((number, index) => {
    const points = number < 0 ? arcs[~number]!.toReversed() : arcs[number]!;
    return index === 0 ? points : points.slice(1);
  });
}
