import { readFile, stat } from "node:fs/promises";
import { inputError } from "../faults.js";
import { distance, reachOf } from "./geodesic.js";

export type Ring = readonly (readonly number[])[];

/** The rings of one polygon: what is inside an odd number of them is inside the polygon. */
export type Polygon = readonly Ring[];

/** Larger files are refused: the polygons are held in memory. */
const mostBytes = 512 * 2 ** 20;

/** Edges with the polygon that they belong to, by bands of latitude. */
export class PolygonIndex {
  readonly #south: number;
  readonly #north: number;
  readonly #perDegree: number;
  readonly #count: number;
  /** For each band the positions of its edges in `#edges`, those of one polygon together. */
  readonly #bands: Int32Array[];
  /** Four numbers an edge: x and y of its ends. */
  readonly #edges: Float64Array;
  /** The polygon of each edge. */
  readonly #owners: Int32Array;

  constructor(polygons: readonly Polygon[]) {
    const edges: number[] = [];
    const owners: number[] = [];
    let [south, north] = [Infinity, -Infinity];
    for (const [owner, rings] of polygons.entries()) {
      for (const ring of rings) {
        for (let i = 0; i + 1 < ring.length; i++) {
          const [x1 = NaN, y1 = NaN] = ring[i]!;
          const [x2 = NaN, y2 = NaN] = ring[i + 1]!;
          edges.push(x1, y1, x2, y2);
          owners.push(owner);
          south = Math.min(south, y1, y2);
          north = Math.max(north, y1, y2);
        }
      }
    }
    this.#south = south;
    this.#north = north;
    this.#edges = Float64Array.from(edges);
    this.#owners = Int32Array.from(owners);
    const count = Math.max(1, Math.min(8192, Math.ceil(owners.length / 4)));
    this.#perDegree = north > south ? count / (north - south) : 0;
    this.#count = count;
    const lists: number[][] = Array.from({ length: count }, () => []);
    for (let edge = 0; edge < owners.length; edge++) {
      const [y1, y2] = [edges[4 * edge + 1]!, edges[4 * edge + 3]!];
      for (let band = this.#band(Math.min(y1, y2)); band <= this.#band(Math.max(y1, y2)); band++)
        lists[band]!.push(edge);
    }
    this.#bands = lists.map((list) => Int32Array.from(list));
  }

  /** The number of the first polygon that contains the point, or -1. A point on an edge is inside. */
  at(x: number, y: number): number {
    if (!(y >= this.#south && y <= this.#north)) return -1;
    const edges = this.#edges;
    const owners = this.#owners;
    let owner = -1;
    let isInside = false;
    for (const edge of this.#bands[this.#band(y)]!) {
      if (owners[edge] !== owner) {
        if (isInside) return owner;
        owner = owners[edge]!;
        isInside = false;
      }
      const [x1, y1] = [edges[4 * edge]!, edges[4 * edge + 1]!];
      const [x2, y2] = [edges[4 * edge + 2]!, edges[4 * edge + 3]!];
      if (x < Math.min(x1, x2)) {
        if (y1 > y !== y2 > y) isInside = !isInside;
        continue;
      }
      const within = y >= Math.min(y1, y2) && y <= Math.max(y1, y2);
      if (!within || x > Math.max(x1, x2)) continue;
      const side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
      if (side === 0) return owner;
      // The edge is crossed by the ray to the east if the point is west of it.
      if (y1 > y !== y2 > y && side > 0 === y2 > y1) isInside = !isInside;
    }
    return isInside ? owner : -1;
  }

  /** Whether any edge is within some metres of a point; distances are measured as if the earth were flat around it. */
  isNear(x: number, y: number, metres: number): boolean {
    const reach = reachOf(y, metres);
    const from = this.#band(y - reach.lat);
    const to = this.#band(y + reach.lat);
    const shrink = Math.cos((y * Math.PI) / 180);
    const edges = this.#edges;
    for (let band = from; band <= to; band++) {
      for (const edge of this.#bands[band]!) {
        const at = 4 * edge;
        const [y1, y2] = [edges[at + 1]! - y, edges[at + 3]! - y];
        if ((y1 > reach.lat && y2 > reach.lat) || (y1 < -reach.lat && y2 < -reach.lat)) continue;
        const [east1, east2] = [edges[at]! - x, edges[at + 2]! - x];
        if (isBeyond(east1, east2, reach.lon)) continue;
        const [x1, x2] = [east1 * shrink, east2 * shrink];
        const [dx, dy] = [x2 - x1, y2 - y1];
        const length = dx * dx + dy * dy;
        const t = length === 0 ? 0 : Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / length));
        const lon = x + (x1 + t * dx) / Math.max(shrink, 1e-9);
        if (distance(x, y, lon, y + y1 + t * dy) <= metres) return true;
      }
    }
    return false;
  }

  #band(y: number): number {
    const band = Math.floor((y - this.#south) * this.#perDegree);
    return Math.max(0, Math.min(this.#count - 1, band));
  }
}

/** Whether both ends of an edge are farther east than some degrees, or both farther west, and not so far that they are near again. */
function isBeyond(east1: number, east2: number, reach: number): boolean {
  const [least, most] = east1 < east2 ? [east1, east2] : [east2, east1];
  return (least > reach && most < 360 - reach) || (most < -reach && least > reach - 360);
}

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
