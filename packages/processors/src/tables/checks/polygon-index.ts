import { distance, reachOf } from "./geodesic.js";
import type { Polygon } from "./polygons.js";

/** Most tiles of an index. */
const mostTiles = 2 ** 18;

/** For each tile, where its edges begin in `edges`: those whose box touches it, those of one polygon together. */
interface Tiles {
  readonly starts: Int32Array;
  readonly edges: Int32Array;
}

/** No polygon has been looked for in a tile yet. */
const unknown = -2;

/** The edges of polygons in longitude and latitude, by the tiles of a lattice over all of them. */
export class PolygonIndex {
  /** Four numbers an edge: x and y of its ends. */
  readonly #edges: Float64Array;
  /** The polygon of each edge. */
  readonly #owners: Int32Array;
  readonly #box: readonly [west: number, south: number, east: number, north: number];
  readonly #columns: number;
  readonly #rows: number;
  readonly #tiles: Tiles;
  /** The edges of each row of tiles. */
  readonly #bands: Tiles;
  /** The polygon that contains all of a tile without edges, -1 if none does. */
  readonly #inside: Int32Array;

  constructor(polygons: readonly Polygon[]) {
    const edges: number[] = [];
    const owners: number[] = [];
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [owner, rings] of polygons.entries()) {
      for (const ring of rings) {
        for (let i = 0; i + 1 < ring.length; i++) {
          const [x1 = NaN, y1 = NaN] = ring[i]!;
          const [x2 = NaN, y2 = NaN] = ring[i + 1]!;
          edges.push(x1, y1, x2, y2);
          owners.push(owner);
          west = Math.min(west, x1, x2);
          south = Math.min(south, y1, y2);
          east = Math.max(east, x1, x2);
          north = Math.max(north, y1, y2);
        }
      }
    }
    this.#edges = Float64Array.from(edges);
    this.#owners = Int32Array.from(owners);
    this.#box = [west, south, east, north];
    const side = Math.sqrt(Math.min(mostTiles, Math.max(1, 2 * owners.length)));
    const shape = east > west && north > south ? Math.sqrt((east - west) / (north - south)) : 1;
    this.#columns = Math.max(1, Math.min(mostTiles / 2, Math.round(side * shape)));
    this.#rows = Math.max(1, Math.min(Math.floor(mostTiles / this.#columns), Math.round(side / shape)));
    this.#tiles = this.#gather(this.#columns);
    this.#bands = this.#gather(1);
    this.#inside = new Int32Array(this.#rows * this.#columns).fill(unknown);
  }

  /** The number of the first polygon that contains the point, or -1. A point on an edge is inside. */
  at(x: number, y: number): number {
    const here = this.#at(x, y);
    if (here >= 0) return here;
    // Polygons that cross the longitude 180 may have longitudes beyond it.
    const [west, , east] = this.#box;
    if (east > 180) return this.#at(x + 360, y);
    return west < -180 ? this.#at(x - 360, y) : -1;
  }

  #at(x: number, y: number): number {
    const [west, south, east, north] = this.#box;
    if (!(x >= west && x <= east && y >= south && y <= north)) return -1;
    const row = this.#row(y);
    const tile = row * this.#columns + this.#column(x);
    const { starts } = this.#tiles;
    if (starts[tile] !== starts[tile + 1]) return this.#search(row, x, y);
    const known = this.#inside[tile]!;
    return known === unknown ? (this.#inside[tile] = this.#search(row, x, y)) : known;
  }

  /** Whether any edge is within some metres of a point; which of its points is nearest is found as if the earth were flat. */
  isNear(x: number, y: number, metres: number): boolean {
    const [west, south, east, north] = this.#box;
    const reach = reachOf(y, metres);
    if (y + reach.lat < south || y - reach.lat > north) return false;
    const [from, to] = [this.#row(y - reach.lat), this.#row(y + reach.lat)];
    // The same point seen around the globe.
    for (const lon of [x - 360, x, x + 360]) {
      if (lon + reach.lon < west || lon - reach.lon > east) continue;
      const [first, last] = [this.#column(lon - reach.lon), this.#column(lon + reach.lon)];
      for (let row = from; row <= to; row++) {
        for (let column = first; column <= last; column++) {
          if (this.#isNearIn(row * this.#columns + column, lon, y, metres, reach)) return true;
        }
      }
    }
    return false;
  }

  #isNearIn(
    tile: number,
    x: number,
    y: number,
    metres: number,
    reach: { lat: number; lon: number },
  ): boolean {
    const { starts, edges: listed } = this.#tiles;
    const edges = this.#edges;
    const shrink = Math.cos((y * Math.PI) / 180);
    for (let index = starts[tile]!; index < starts[tile + 1]!; index++) {
      const at = 4 * listed[index]!;
      const [x1, y1] = [(edges[at]! - x) * shrink, edges[at + 1]! - y];
      const [dx, dy] = [(edges[at + 2]! - x) * shrink - x1, edges[at + 3]! - y - y1];
      const length = dx * dx + dy * dy;
      const t = length === 0 ? 0 : Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / length));
      const [lon, lat] = [(x1 + t * dx) / Math.max(shrink, 1e-9), y1 + t * dy];
      if (Math.abs(lat) > reach.lat || Math.abs(lon) > reach.lon) continue;
      if (distance(x, y, x + lon, y + lat) <= metres) return true;
    }
    return false;
  }

  /** Follows a ray to the east. */
  #search(row: number, x: number, y: number): number {
    const { starts, edges: listed } = this.#bands;
    const edges = this.#edges;
    const owners = this.#owners;
    let owner = -1;
    let isInside = false;
    for (let index = starts[row]!; index < starts[row + 1]!; index++) {
      const edge = listed[index]!;
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
      // The edge is crossed by the ray if the point is west of it.
      if (y1 > y !== y2 > y && side > 0 === y2 > y1) isInside = !isInside;
    }
    return isInside ? owner : -1;
  }

  /** Lists the edges of each tile of so many columns and this index's rows. */
  #gather(columns: number): Tiles {
    const edges = this.#edges;
    const column = columns === 1 ? () => 0 : (x: number) => this.#column(x);
    const eachTile = (take: (tile: number, edge: number) => void): void => {
      for (let edge = 0; edge < this.#owners.length; edge++) {
        const at = 4 * edge;
        const [x1, y1, x2, y2] = [edges[at]!, edges[at + 1]!, edges[at + 2]!, edges[at + 3]!];
        const [first, last] = [column(Math.min(x1, x2)), column(Math.max(x1, x2))];
        for (let row = this.#row(Math.min(y1, y2)); row <= this.#row(Math.max(y1, y2)); row++) {
          for (let one = first; one <= last; one++) take(row * columns + one, edge);
        }
      }
    };
    const starts = new Int32Array(columns * this.#rows + 1);
    eachTile((tile) => starts[tile + 1]!++);
    for (let tile = 1; tile < starts.length; tile++) starts[tile]! += starts[tile - 1]!;
    const next = starts.slice();
    const listed = new Int32Array(starts.at(-1)!);
    eachTile((tile, edge) => {
      listed[next[tile]!++] = edge;
    });
    return { starts, edges: listed };
  }

  #column(x: number): number {
    const [west, , east] = this.#box;
    return placeIn(x, west, east, this.#columns);
  }

  #row(y: number): number {
    const [, south, , north] = this.#box;
    return placeIn(y, south, north, this.#rows);
  }
}

/** Which of some equal parts of a range a number is in, or the nearest. */
function placeIn(value: number, from: number, to: number, parts: number): number {
  if (!(to > from)) return 0;
  return Math.max(0, Math.min(parts - 1, Math.floor(((value - from) / (to - from)) * parts)));
}
