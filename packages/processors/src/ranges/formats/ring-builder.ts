import type { Other, Rings } from "../feature.js";

/** Collects the rings of one feature. A builder is used for many features; what it returns is a copy. */
export class RingBuilder {
  #xs = new Float64Array(1024);
  #ys = new Float64Array(1024);
  #count = 0;
  readonly #starts: number[] = [];
  readonly #outlines: boolean[] = [];
  #start = 0;
  #told = true;
  readonly #others = new Set<Other>();

  /** Begins a feature. */
  clear(): void {
    this.#count = 0;
    this.#start = 0;
    this.#starts.length = 0;
    this.#outlines.length = 0;
    this.#told = true;
    this.#others.clear();
  }

  point(x: number, y: number): void {
    if (this.#count === this.#xs.length) this.#grow(2 * this.#count);
    this.#xs[this.#count] = x;
    this.#ys[this.#count++] = y;
  }

  /** Room for so many points at once, which the caller fills. */
  points(count: number): { readonly xs: Float64Array; readonly ys: Float64Array } {
    if (this.#count + count > this.#xs.length) this.#grow(Math.max(2 * this.#xs.length, this.#count + count));
    const from = this.#count;
    this.#count += count;
    return { xs: this.#xs.subarray(from, this.#count), ys: this.#ys.subarray(from, this.#count) };
  }

  /** Forgets the points since the last ring. */
  drop(): void {
    this.#count = this.#start;
  }

  /**
   * Ends a ring. Points that repeat the one before are left out. Of fewer than three points the last is repeated: such a ring encloses
   * nothing, but its edges pass through cells.
   * @param outline whether it is the outline of a polygon; undefined if the format does not tell
   */
  ring(outline: boolean | undefined): void {
    const [xs, ys] = [this.#xs, this.#ys];
    const start = this.#start;
    let count = start;
    for (let i = start; i < this.#count; i++) {
      if (count > start && xs[i] === xs[count - 1] && ys[i] === ys[count - 1]) continue;
      xs[count] = xs[i]!;
      ys[count++] = ys[i]!;
    }
    while (count - start > 1 && xs[count - 1] === xs[start] && ys[count - 1] === ys[start]) count--;
    this.#count = count;
    if (count === start) return;
    if (count - start < 3) {
      const [x, y] = [xs[count - 1]!, ys[count - 1]!];
      while (this.#count - start < 3) this.point(x, y);
    }
    this.#starts.push(start);
    this.#start = this.#count;
    if (outline === undefined) this.#told = false;
    this.#outlines.push(outline ?? true);
  }

  other(kind: Other): void {
    this.#others.add(kind);
  }

  /** The feature's rings, and what else it is. */
  finish(): { readonly rings: Rings | undefined; readonly others: readonly Other[] } {
    if (this.#starts.length === 0) {
      if (this.#others.size === 0) this.#others.add("empty");
      return { rings: undefined, others: [...this.#others] };
    }
    this.#others.delete("empty");
    const rings = {
      xs: this.#xs.slice(0, this.#count),
      ys: this.#ys.slice(0, this.#count),
      starts: Int32Array.from([...this.#starts, this.#count]),
      outlines: this.#told ? [...this.#outlines] : undefined,
    };
    const found = { rings, others: [...this.#others] };
    // What a large feature needed is not kept for the small ones after it.
    if (this.#xs.length > 65_536) {
      this.#xs = new Float64Array(1024);
      this.#ys = new Float64Array(1024);
    }
    return found;
  }

  #grow(size: number): void {
    const [xs, ys] = [new Float64Array(size), new Float64Array(size)];
    xs.set(this.#xs.subarray(0, this.#count));
    ys.set(this.#ys.subarray(0, this.#count));
    [this.#xs, this.#ys] = [xs, ys];
  }
}
