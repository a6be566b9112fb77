import { readFile, stat } from "node:fs/promises";
import { inputError } from "../faults.js";

export type Ring = readonly (readonly number[])[];

/** The rings of one polygon: what is inside an odd number of them is inside the polygon. */
export type Polygon = readonly Ring[];

/** Larger files are refused: the polygons are held in memory. */
const mostBytes = 512 * 2 ** 20;

export interface PolygonFeature {
  readonly id?: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly polygons: readonly Polygon[];
}

/** The polygons of a GeoJSON file. @throws QuadratError if it is not GeoJSON, or has none */
export async function readPolygons(path: string): Promise<PolygonFeature[]> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw inputError(path, `the file has more than ${mostBytes / 2 ** 20} MiB`);
    text = await readFile(path, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    if (!(cause as NodeJS.ErrnoException).code) throw cause;
    throw inputError(path, missing ? "the file does not exist" : (cause as Error).message, {
      cause,
      hint: "paths are relative to the configuration file",
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw inputError(path, "the file is not GeoJSON", {
      cause,
      hint: "polygons for checks are read from GeoJSON in longitude and latitude",
    });
  }
  let features: PolygonFeature[];
  try {
    features = featuresOf(json);
  } catch (cause) {
    throw inputError(path, `the GeoJSON can't be read: ${(cause as Error).message}`, { cause });
  }
  if (features.some(({ polygons }) => polygons.length > 0)) return features;
  throw inputError(path, "the GeoJSON holds no polygon");
}

/** The polygons in GeoJSON. @throws Error if it is not GeoJSON */
export function featuresOf(json: unknown): PolygonFeature[] {
  const features: PolygonFeature[] = [];
  collect(json, { properties: {} }, features, 0);
  return features;
}

const deepest = 32;

function collect(
  value: unknown,
  owner: Omit<PolygonFeature, "polygons">,
  into: PolygonFeature[],
  depth: number,
): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > deepest) throw new Error("collections are nested too deeply");
  const node = value as Readonly<Record<string, unknown>>;
  const list = (key: string): readonly unknown[] => {
    if (Array.isArray(node[key])) return node[key] as readonly unknown[];
    throw new Error(`${String(node["type"])} has no ${key}`);
  };
  switch (node["type"]) {
    case "FeatureCollection":
      for (const feature of list("features")) collect(feature, owner, into, depth + 1);
      return;
    case "Feature":
      collect(
        node["geometry"],
        { id: node["id"], properties: (node["properties"] ?? {}) as PolygonFeature["properties"] },
        into,
        depth + 1,
      );
      return;
    case "GeometryCollection":
      for (const geometry of list("geometries")) collect(geometry, owner, into, depth + 1);
      return;
    case "Polygon":
      into.push({ ...owner, polygons: [polygonOf(list("coordinates"))] });
      return;
    case "MultiPolygon":
      into.push({ ...owner, polygons: list("coordinates").map(polygonOf) });
      return;
    default:
      if (typeof node["type"] !== "string") throw new Error("an object has no type");
  }
}

function polygonOf(value: unknown): Polygon {
  if (!Array.isArray(value)) throw new Error("a polygon is not a list of rings");
  return value.map((ring: unknown) => {
    const isRing =
      Array.isArray(ring) &&
      ring.every(
        (point: unknown) => Array.isArray(point) && Number.isFinite(point[0]) && Number.isFinite(point[1]),
      );
    if (!isRing) throw new Error("a ring is not a list of points");
    const points = ring as Ring;
    const [first] = points;
    const last = points.at(-1);
    const isClosed = first?.[0] === last?.[0] && first?.[1] === last?.[1];
    return first && !isClosed ? [...points, first] : points;
  });
}
