import type { Range } from "./scan.js";

/** Bins in which values are counted: a hundred for each of the {@link histogramBins} that are shown. */
export const fineBins = 4_000;
export const histogramBins = 40;

/** The bin of a value: `floor((value - min) / (max - min) * bins)`, the greatest value in the last one. */
export function binOf(value: number, { min, max }: Range, bins = fineBins): number {
  const bin = Math.floor(((value - min) / (max - min)) * bins);
  return bin < bins ? bin : bins - 1;
}

/** Counts values in equal bins of a range, with the least and the greatest value of each. */
export class Bins {
  readonly range: Range;
  readonly counts = new Uint32Array(fineBins);
  readonly least = new Float64Array(fineBins).fill(Infinity);
  readonly greatest = new Float64Array(fineBins).fill(-Infinity);

  constructor(range: Range) {
    this.range = range;
  }

  add(value: number): void {
    const bin = this.range.max > this.range.min ? binOf(value, this.range) : 0;
    this.counts[bin]!++;
    if (value < this.least[bin]!) this.least[bin] = value;
    if (value > this.greatest[bin]!) this.greatest[bin] = value;
  }

  /** The counts of the bins that are shown. */
  histogram(): number[] {
    const each = fineBins / histogramBins;
    return Array.from({ length: histogramBins }, (_, bin) =>
      this.counts.subarray(bin * each, (bin + 1) * each).reduce((sum, count) => sum + count, 0),
    );
  }
}
