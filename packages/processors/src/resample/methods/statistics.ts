import type { DataType } from "@quadrat/core/base";
import type { Accumulator } from "./accumulator.js";
import { tallyOf } from "./tally.js";

// Sums are kept in arrays between calls, as in accumulators.ts.

/** The number of pixels with a value. */
export function count(): Accumulator {
  const kept = new Float64Array(1);
  return {
    reset() {
      kept[0] = 0;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let pixels = kept[0]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const value = data[i]!;
          if (shares[k] !== 0 && value === value) pixels++;
        }
      }
      kept[0] = pixels;
    },
    result: () => (kept[0]! > 0 ? kept[0]! : NaN),
  };
}

/** The fraction of the whole cell's area that has a value. */
export function coverage(): Accumulator {
  const kept = new Float64Array(1);
  const cellArea = new Float64Array(1);
  return {
    cellArea,
    reset() {
      kept[0] = 0;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let weight = kept[0]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const value = data[i]!;
          if (value === value) weight += shares[k]!;
        }
      }
      kept[0] = weight;
    },
    result: () => (kept[0]! > 0 ? fractionOf(kept[0]!, cellArea[0]!) : NaN),
  };
}

/** Fractions of a cell nearer to 1 than this are 1: the difference is rounding. */
const wholeTolerance = 1e-12;

/** The fraction that a part of a cell has of its area. */
export function fractionOf(part: number, area: number): number {
  const fraction = part / area;
  return Math.abs(fraction - 1) < wholeTolerance ? 1 : fraction;
}

/**
 * The variance about the mean, not of a sample: updated pixel by pixel, as Welford and West do, and from differences to the
 * first value, so that no digits cancel where values are large and alike.
 */
export function moments(method: "variance" | "stdev"): Accumulator {
  const kept = new Float64Array(4);
  return {
    reset() {
      kept[0] = NaN;
      kept[1] = kept[2] = kept[3] = 0;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let base = kept[0]!;
      let weight = kept[1]!;
      let mean = kept[2]!;
      let squares = kept[3]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          if (base !== base) base = Number.isFinite(value) ? value : 0;
          const difference = value - base;
          const step = difference - mean;
          weight += share;
          mean += (share / weight) * step;
          squares += share * step * (difference - mean);
        }
      }
      kept[0] = base;
      kept[1] = weight;
      kept[2] = mean;
      kept[3] = squares;
    },
    result() {
      if (!(kept[1]! > 0)) return NaN;
      const variance = kept[3]! / kept[1]!;
      return method === "variance" ? variance : Math.sqrt(variance);
    },
  };
}

/** The number of different values. */
export function variety(type: DataType): Accumulator {
  const tally = tallyOf(type, "variety");
  return {
    reset: () => tally.reset(),
    add(data, offset, stride, shares, columns, rows, first) {
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const value = data[i]!;
          if (shares[k] !== 0 && value === value) tally.add(value, 1);
        }
      }
    },
    result: () => tally.different() || NaN,
  };
}
