import type { Rings } from "../feature.js";
import { Chains } from "./chains.js";

/** How the edges of a feature meet, apart from those that follow one another. */
export interface Meetings {
  /** Rings that cross themselves or others. */
  readonly crossing: ReadonlySet<number>;
  /** Rings that touch themselves. */
  readonly touching: ReadonlySet<number>;
  /** Whether any edges meet at all. */
  readonly any: boolean;
  /** Where the first crossing or touching that was found lies. */
  readonly at: readonly [x: number, y: number] | undefined;
}

const none: ReadonlySet<number> = new Set();
const apart: Meetings = { crossing: none, touching: none, any: false, at: undefined };

/** A number of edges from which on those of one square are sorted. */
const few = 12;

/** Finds where edges of a feature meet; squares of a net over it tell which edges may. */
export function findMeetings(rings: Rings): Meetings {
  const { xs, ys, starts } = rings;
  if (xs.length <= 3) return apart;
  const chains = new Chains(rings);
  const meet = (a: number, b: number, c: number, d: number): boolean =>
    b !== c && d !== a && meetingOf(xs, ys, a, b, c, d) > 0;
  if (chains.areFew && !chains.some(meet)) return apart;
  const found = new Finder(xs, ys, starts);
  found.search();
  return found.result();
}

class Finder {
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #starts: Int32Array;
  /** The point after each, around its ring. */
  readonly #next: Int32Array;
  readonly #crossing = new Set<number>();
  readonly #touching = new Set<number>();
  #any = false;
  #at: readonly [number, number] | undefined;

  constructor(xs: Float64Array, ys: Float64Array, starts: Int32Array) {
    this.#xs = xs;
    this.#ys = ys;
    this.#starts = starts;
    this.#next = new Int32Array(xs.length);
    for (let ring = 0; ring + 1 < starts.length; ring++) {
      const end = starts[ring + 1]!;
      for (let i = starts[ring]!; i < end; i++) this.#next[i] = i + 1 < end ? i + 1 : starts[ring]!;
    }
  }

  result(): Meetings {
    if (!this.#any) return apart;
    return { crossing: this.#crossing, touching: this.#touching, any: true, at: this.#at };
  }

  search(): void {
    const [xs, ys, next] = [this.#xs, this.#ys, this.#next];
    const count = xs.length;
    const { west, east, south, north } = boxOf(this.#xs, this.#ys);
    const side = Math.max(1, Math.min(4096, Math.ceil(Math.sqrt(count / 2))));
    const [perX, perY] = [side / (east - west || 1), side / (north - south || 1)];
    const column = (x: number): number => Math.min(side - 1, Math.floor((x - west) * perX));
    const row = (y: number): number => Math.min(side - 1, Math.floor((y - south) * perY));
    /** Calls `each` with the squares that an edge may pass through. */
    const squares = (edge: number, each: (square: number) => void): void => {
      const to = next[edge]!;
      const x1 = xs[edge]!;
      const y1 = ys[edge]!;
      const x2 = xs[to]!;
      const y2 = ys[to]!;
      const left = column(Math.min(x1, x2));
      const right = column(Math.max(x1, x2));
      const low = row(Math.min(y1, y2));
      const high = row(Math.max(y1, y2));
      if (left === right || low === high) {
        for (let r = low; r <= high; r++) for (let c = left; c <= right; c++) each(r * side + c);
        return;
      }
      const slope = (x2 - x1) / (y2 - y1);
      for (let r = low; r <= high; r++) {
        const a = x1 + (south + r / perY - y1) * slope;
        const b = a + slope / perY;
        const from = Math.max(left, Math.floor((Math.min(a, b) - west) * perX) - 1);
        const end = Math.min(right, Math.floor((Math.max(a, b) - west) * perX) + 1);
        for (let c = from; c <= end; c++) each(r * side + c);
      }
    };
    const begins = new Int32Array(side * side + 1);
    // One function for all edges: there may be millions.
    const tally = (square: number): void => void begins[square + 1]!++;
    for (let edge = 0; edge < count; edge++) squares(edge, tally);
    for (let square = 0; square < side * side; square++) begins[square + 1]! += begins[square]!;
    const places = begins.slice();
    const edges = new Int32Array(begins[side * side]!);
    let placed = 0;
    const place = (square: number): void => void (edges[places[square]!++] = placed);
    for (; placed < count; placed++) squares(placed, place);
    for (let square = 0; square < side * side; square++) {
      const [from, end] = [begins[square]!, begins[square + 1]!];
      if (end - from > few) this.#fullSquare(edges.slice(from, end));
      else
        for (let i = from; i < end; i++) for (let j = i + 1; j < end; j++) this.#pair(edges[i]!, edges[j]!);
    }
  }

  /** Compares many edges from west to east, each with those that begin before it ends. */
  #fullSquare(edges: Int32Array): void {
    const [xs, next] = [this.#xs, this.#next];
    const left = (edge: number): number => Math.min(xs[edge]!, xs[next[edge]!]!);
    edges.sort((a, b) => left(a) - left(b));
    for (let i = 0; i < edges.length; i++) {
      const end = Math.max(xs[edges[i]!]!, xs[next[edges[i]!]!]!);
      for (let j = i + 1; j < edges.length && left(edges[j]!) <= end; j++) this.#pair(edges[i]!, edges[j]!);
    }
  }

  #pair(one: number, other: number): void {
    const [xs, ys, next] = [this.#xs, this.#ys, this.#next];
    const a = one;
    const b = next[one]!;
    const c = other;
    const d = next[other]!;
    if (b === c || d === a) return;
    const kind = meetingOf(xs, ys, a, b, c, d);
    if (kind === 0) return;
    this.#any = true;
    const [ring, second] = [this.#ringOf(a), this.#ringOf(c)];
    if (kind === 2) {
      this.#crossing.add(ring).add(second);
    } else if (ring === second) this.#touching.add(ring);
    else return;
    this.#at ??= [middleOf(xs[a]!, xs[b]!, xs[c]!, xs[d]!), middleOf(ys[a]!, ys[b]!, ys[c]!, ys[d]!)];
  }

  #ringOf(point: number): number {
    let [low, high] = [0, this.#starts.length - 2];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= point) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** How edges with these ends meet: 2 if they cross, 1 if they touch, 0 if they are apart. */
function meetingOf(
  xs: Float64Array,
  ys: Float64Array,
  a: number,
  b: number,
  c: number,
  d: number,
): 0 | 1 | 2 {
  const ax = xs[a]!;
  const ay = ys[a]!;
  const bx = xs[b]!;
  const by = ys[b]!;
  const cx = xs[c]!;
  const cy = ys[c]!;
  const dx = xs[d]!;
  const dy = ys[d]!;
  if (ax < cx && ax < dx && bx < cx && bx < dx) return 0;
  if (ax > cx && ax > dx && bx > cx && bx > dx) return 0;
  if (ay < cy && ay < dy && by < cy && by < dy) return 0;
  if (ay > cy && ay > dy && by > cy && by > dy) return 0;
  const c1 = sideOf(ax, ay, bx, by, cx, cy);
  const d1 = sideOf(ax, ay, bx, by, dx, dy);
  if (c1 * d1 > 0) return 0;
  const a1 = sideOf(cx, cy, dx, dy, ax, ay);
  const b1 = sideOf(cx, cy, dx, dy, bx, by);
  if (a1 * b1 > 0) return 0;
  return c1 * d1 < 0 && a1 * b1 < 0 ? 2 : 1;
}

/** Apart from the functions that use it: what they share would be put into memory at each step. */
function boxOf(
  xs: Float64Array,
  ys: Float64Array,
): { readonly west: number; readonly east: number; readonly south: number; readonly north: number } {
  let west = Infinity;
  let east = -Infinity;
  let south = Infinity;
  let north = -Infinity;
  for (let i = 0; i < xs.length; i++) {
    west = Math.min(west, xs[i]!);
    east = Math.max(east, xs[i]!);
    south = Math.min(south, ys[i]!);
    north = Math.max(north, ys[i]!);
  }
  return { west, east, south, north };
}

/** The middle of what two spans have in common. */
function middleOf(a: number, b: number, c: number, d: number): number {
  const low = Math.max(Math.min(a, b), Math.min(c, d));
  return (low + Math.min(Math.max(a, b), Math.max(c, d))) / 2;
}

/** On which side of a line a point is: 1, -1, or 0 where rounding leaves that open. */
function sideOf(ax: number, ay: number, bx: number, by: number, x: number, y: number): number {
  const left = (bx - ax) * (y - ay);
  const right = (by - ay) * (x - ax);
  const error = 4e-16 * (Math.abs(left) + Math.abs(right));
  return left - right > error ? 1 : right - left > error ? -1 : 0;
}
