import type { Rings } from "../feature.js";

/** Pairs of chains for each point, up to which all of them are compared. */
const mostPairs = 8;

/**
 * Edges that follow one another and all run in the same quarter of directions: none of them meets another but at their common point.
 * What is asked is whether edges of different chains meet, for which most need not be looked at: the box of a part of a chain is that of
 * its ends.
 */
export class Chains {
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  /** Points in the order of their rings, of which the first is there once more as the last. */
  readonly #points: Int32Array;
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  /** Whether there are so few chains that looking at all pairs of them takes little. */
  readonly areFew: boolean;

  constructor({ xs, ys, starts }: Rings) {
    this.#xs = xs;
    this.#ys = ys;
    this.#points = new Int32Array(xs.length + starts.length - 1);
    const most = Math.sqrt(2 * mostPairs * xs.length);
    let place = 0;
    let areFew = true;
    for (let ring = 0; areFew && ring + 1 < starts.length; ring++) {
      const first = place;
      for (let i = starts[ring]!; i < starts[ring + 1]!; i++) this.#points[place++] = i;
      this.#points[place++] = starts[ring]!;
      areFew = this.#cut(first, place - 1, most);
    }
    this.areFew = areFew;
  }

  /** Whether `meet` is true of edges of two chains, of which it gets the numbers of the ends. */
  some(meet: (a: number, b: number, c: number, d: number) => boolean): boolean {
    const [begins, ends] = [this.#begins, this.#ends];
    for (let one = 0; one < begins.length; one++)
      for (let other = one + 1; other < begins.length; other++)
        if (this.#meet(begins[one]!, ends[one]!, begins[other]!, ends[other]!, meet)) return true;
    return false;
  }

  /** Cuts a ring into chains; false if they are more than `most`, or there is no telling. */
  #cut(first: number, last: number, most: number): boolean {
    const [xs, ys, points] = [this.#xs, this.#ys, this.#points];
    let begin = first;
    // The directions that the chain has taken so far, along each axis.
    let [right, down] = [0, 0];
    for (let place = first; place < last; place++) {
      const [from, to] = [points[place]!, points[place + 1]!];
      const x = xs[to]! - xs[from]!;
      const y = ys[to]! - ys[from]!;
      if (!Number.isFinite(x + y)) return false;
      if ((x < 0 && right > 0) || (x > 0 && right < 0) || (y < 0 && down > 0) || (y > 0 && down < 0)) {
        this.#begins.push(begin);
        this.#ends.push(place);
        if (this.#begins.length > most) return false;
        begin = place;
        right = 0;
        down = 0;
      }
      if (x !== 0) right = x > 0 ? 1 : -1;
      if (y !== 0) down = y > 0 ? 1 : -1;
    }
    this.#begins.push(begin);
    this.#ends.push(last);
    return this.#begins.length <= most;
  }

  #meet(
    begin: number,
    end: number,
    otherBegin: number,
    otherEnd: number,
    meet: (a: number, b: number, c: number, d: number) => boolean,
  ): boolean {
    const points = this.#points;
    const a = points[begin]!;
    const b = points[end]!;
    const c = points[otherBegin]!;
    const d = points[otherEnd]!;
    if (!this.#near(a, b, c, d)) return false;
    const isOne = end - begin === 1;
    const isOther = otherEnd - otherBegin === 1;
    if (isOne && isOther) return meet(a, b, c, d);
    // The longer one is halved.
    if (isOther || (!isOne && end - begin >= otherEnd - otherBegin)) {
      const middle = (begin + end) >> 1;
      return (
        this.#meet(begin, middle, otherBegin, otherEnd, meet) ||
        this.#meet(middle, end, otherBegin, otherEnd, meet)
      );
    }
    const middle = (otherBegin + otherEnd) >> 1;
    return this.#meet(begin, end, otherBegin, middle, meet) || this.#meet(begin, end, middle, otherEnd, meet);
  }

  /** Whether the boxes of two pairs of points have a point in common. */
  #near(a: number, b: number, c: number, d: number): boolean {
    const [xs, ys] = [this.#xs, this.#ys];
    const ax = xs[a]!;
    const bx = xs[b]!;
    const cx = xs[c]!;
    const dx = xs[d]!;
    if ((ax < cx && ax < dx && bx < cx && bx < dx) || (ax > cx && ax > dx && bx > cx && bx > dx))
      return false;
    const ay = ys[a]!;
    const by = ys[b]!;
    const cy = ys[c]!;
    const dy = ys[d]!;
    return !((ay < cy && ay < dy && by < cy && by < dy) || (ay > cy && ay > dy && by > cy && by > dy));
  }
}
