import { addRing } from "../../resample/outlines/coverage.js";

/** Rows: strips of a row that are lower than this are left out. */
const lowest = 1e-12;
/** Rows: the least height of a strip between two crossings. */
const leastStep = 1e-9;

/**
 * The area of a row that lies inside of polygons, whatever their edges do: the row is cut into strips at the ends and crossings of
 * edges, in which the area consists of trapezoids. Inside of a polygon is what has an odd number of its edges to the west; what lies
 * inside of several polygons counts once.
 */
export class Sweep {
  #count = 0;
  /** For each edge x and y of its upper and lower end, y from the top of the row. */
  #ends = new Float64Array(256);
  #owners = new Int32Array(64);
  #owned = 1;
  readonly #xs = new Float64Array(4);
  readonly #ys = new Float64Array(4);

  clear(): void {
    this.#count = 0;
    this.#owned = 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the part of an edge within the row; `owner` counts from 0. */
  add(x1: number, y1: number, x2: number, y2: number, row: number, owner: number): void {
    if (y1 === y2) return;
    let [xa, ya, xb, yb] = y1 < y2 ? [x1, y1 - row, x2, y2 - row] : [x2, y2 - row, x1, y1 - row];
    if (ya >= 1 || yb <= 0) return;
    const slope = (xb - xa) / (yb - ya);
    if (yb > 1) [xb, yb] = [xa + (1 - ya) * slope, 1];
    if (ya < 0) [xa, ya] = [xa - ya * slope, 0];
    if (yb - ya < lowest) return;
    if (this.#count === this.#owners.length) this.#grow();
    this.#ends.set([xa, ya, xb, yb], 4 * this.#count);
    this.#owners[this.#count++] = owner;
    this.#owned = Math.max(this.#owned, owner + 1);
  }

  /** Adds the trapezoids to the deltas of a row of cells, as {@link addRing} does. */
  addTo(deltas: Float64Array, left: number, columns: number): void {
    const ends = this.#ends;
    const count = this.#count;
    const byTop = Int32Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => ends[4 * a + 1]! - ends[4 * b + 1]!,
    );
    const heights = new Float64Array(2 * count);
    for (let i = 0; i < count; i++) {
      heights[2 * i] = ends[4 * i + 1]!;
      heights[2 * i + 1] = ends[4 * i + 3]!;
    }
    heights.sort();
    let active: number[] = [];
    let next = 0;
    for (let i = 0; i + 1 < heights.length; i++) {
      const [top, bottom] = [heights[i]!, heights[i + 1]!];
      if (bottom - top < lowest) continue;
      const middle = (top + bottom) / 2;
      active = active.filter((edge) => ends[4 * edge + 3]! > middle);
      for (; next < count && ends[4 * byTop[next]! + 1]! < middle; next++)
        if (ends[4 * byTop[next]! + 3]! > middle) active.push(byTop[next]!);
      if (active.length > 1) this.#strips(active, top, bottom, deltas, left, columns);
    }
  }

  #strips(
    active: number[],
    top: number,
    bottom: number,
    deltas: Float64Array,
    left: number,
    columns: number,
  ): void {
    for (let from = top; bottom - from >= lowest;) {
      // Where edges meet their order is that of their other ends.
      active.sort(
        (a, b) => this.#at(a, from) - this.#at(b, from) || this.#at(a, bottom) - this.#at(b, bottom),
      );
      let to = bottom;
      for (let i = 0; i + 1 < active.length; i++) {
        const [one, other] = [active[i]!, active[i + 1]!];
        const before = this.#at(other, from) - this.#at(one, from);
        const after = this.#at(other, bottom) - this.#at(one, bottom);
        if (after >= 0) continue;
        to = Math.min(to, from + Math.max(leastStep, ((bottom - from) * before) / (before - after)));
      }
      this.#trapezoids(active, from, to, deltas, left, columns);
      from = to;
    }
  }

  #trapezoids(
    active: readonly number[],
    from: number,
    to: number,
    deltas: Float64Array,
    left: number,
    columns: number,
  ): void {
    const inside = new Uint8Array(this.#owned);
    let within = 0;
    let west = -1;
    for (const edge of active) {
      const owner = this.#owners[edge]!;
      const before = within;
      inside[owner]! ^= 1;
      within += inside[owner] === 1 ? 1 : -1;
      if (before === 0) west = edge;
      else if (within === 0) this.#trapezoid(west, edge, from, to, deltas, left, columns);
    }
  }

  #trapezoid(
    west: number,
    east: number,
    from: number,
    to: number,
    deltas: Float64Array,
    left: number,
    columns: number,
  ): void {
    this.#xs.set([this.#at(west, from), this.#at(east, from), this.#at(east, to), this.#at(west, to)]);
    this.#ys.set([from, from, to, to]);
    addRing(deltas, this.#xs, this.#ys, 0, 4, 0, 0, 1, left, columns, 0, 1);
  }

  /** The x of an edge at a height. */
  #at(edge: number, y: number): number {
    const ends = this.#ends;
    const at = 4 * edge;
    const [xa, ya, xb, yb] = [ends[at]!, ends[at + 1]!, ends[at + 2]!, ends[at + 3]!];
    return xa + ((y - ya) / (yb - ya)) * (xb - xa);
  }

  #grow(): void {
    const [ends, owners] = [new Float64Array(2 * this.#ends.length), new Int32Array(2 * this.#owners.length)];
    ends.set(this.#ends);
    owners.set(this.#owners);
    [this.#ends, this.#owners] = [ends, owners];
  }
}
