/**
 * The sum of numbers without rounding, so that it depends neither on their order nor on how they are divided up: a list of
 * doubles that do not overlap, as in J. R. Shewchuk, Adaptive precision floating-point arithmetic, Discrete & Computational
 * Geometry 18 (1997).
 */
export class ExactSum {
  #parts: number[] = [];

  /** @throws RangeError if the number is not finite */
  add(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError("not a finite number");
    const parts = this.#parts;
    let kept = 0;
    let x = value;
    for (const part of parts) {
      const [large, small] = Math.abs(x) < Math.abs(part) ? [part, x] : [x, part];
      const sum = large + small;
      const rest = small - (sum - large);
      if (rest !== 0) parts[kept++] = rest;
      x = sum;
    }
    parts.length = kept;
    parts.push(x);
  }

  /** Ascending by magnitude. Adding them to another sum adds all of this one. */
  get parts(): readonly number[] {
    return this.#parts;
  }

  /** The double nearest to the sum; of two as near the even one. */
  get value(): number {
    const parts = this.#parts;
    let at = parts.length - 1;
    let sum = parts[at] ?? 0;
    let rest = 0;
    while (at > 0) {
      const before = sum;
      const part = parts[--at]!;
      sum = before + part;
      rest = part - (sum - before);
      if (rest !== 0) break;
    }
    // Half a unit in the last place was rounded to even, but what follows it decides.
    const next = parts[at - 1];
    if (rest !== 0 && next !== undefined && rest < 0 === next < 0) {
      const twice = 2 * rest;
      const other = sum + twice;
      if (other - sum === twice) return other;
    }
    return sum;
  }
}

/** Several sums as one. */
export function sumOf(sums: Iterable<readonly number[]>): ExactSum {
  const total = new ExactSum();
  for (const parts of sums) for (const part of parts) total.add(part);
  return total;
}
