/** The mean and the spread of numbers, added one by one. B. P. Welford, "Note on a method for calculating corrected sums" (1962). */
export class Moments {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const off = value - this.mean;
    this.mean += off / this.count;
    this.#squares += off * (value - this.mean);
  }

  /** The standard deviation of a sample; undefined for less than two values. */
  get stdev(): number | undefined {
    return this.count > 1 ? Math.sqrt(this.#squares / (this.count - 1)) : undefined;
  }
}
