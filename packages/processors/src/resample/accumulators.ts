import type { DataType, RasterData } from "@quadrat/core/base";
import type { AreaMethod } from "./methods.js";
import { isSmallInteger, tallyOf, tooMany } from "./tally.js";

/** Takes in the pixels of one cell after the other. */
export interface Accumulator {
  reset(): void;
  /**
   * Adds a rectangle of pixels, row by row: those of a row follow each other in `data`, the rows are `stride` apart.
   * `shares` has the share of each that the cell covers, 0 for those that it does not touch.
   */
  add(
    data: RasterData,
    offset: number,
    stride: number,
    shares: Float64Array,
    columns: number,
    rows: number,
  ): void;
  /** NaN when no valid pixel was touched. */
  result(): number;
}

export function accumulator(method: AreaMethod, type: DataType): Accumulator {
  switch (method) {
    case "average":
      return average();
    case "rms":
      return rootMeanSquare();
    case "sum":
      return sum();
    case "min":
      return extreme((value, best) => value < best);
    case "max":
      return extreme((value, best) => value > best);
    case "mode":
      return mode(type);
    case "med":
      return quantile(method, 0.5, type);
    case "q1":
      return quantile(method, 0.25, type);
    case "q3":
      return quantile(method, 0.75, type);
  }
}

/** The mean of the differences from the first value, so that the average of equal values is that value. */
function average(): Accumulator {
  let base = 0;
  let total = 0;
  let weight = 0;
  return {
    reset() {
      base = NaN;
      total = weight = 0;
    },
    add(data, offset, stride, shares, columns, rows) {
      for (let row = 0, k = 0; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          if (base !== base) base = Number.isFinite(value) ? value : 0;
          total += share * (value - base);
          weight += share;
        }
      }
    },
    result: () => (weight > 0 ? base + total / weight : NaN),
  };
}

function rootMeanSquare(): Accumulator {
  let total = 0;
  let weight = 0;
  return {
    reset() {
      total = weight = 0;
    },
    add(data, offset, stride, shares, columns, rows) {
      for (let row = 0, k = 0; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          total += share * value * value;
          weight += share;
        }
      }
    },
    result: () => (weight > 0 ? Math.sqrt(total / weight) : NaN),
  };
}

function sum(): Accumulator {
  let total = 0;
  let touched = false;
  return {
    reset() {
      total = 0;
      touched = false;
    },
    add(data, offset, stride, shares, columns, rows) {
      for (let row = 0, k = 0; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          total += share * value;
          touched = true;
        }
      }
    },
    result: () => (touched ? total : NaN),
  };
}

function extreme(better: (value: number, best: number) => boolean): Accumulator {
  let best = NaN;
  return {
    reset() {
      best = NaN;
    },
    add(data, offset, stride, shares, columns, rows) {
      for (let row = 0, k = 0; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          if (shares[k] === 0) continue;
          const value = data[i]!;
          if (best !== best || better(value, best)) best = value;
        }
      }
    },
    result: () => best,
  };
}

/** The value with the largest area, the smallest of those that tie. */
function mode(type: DataType): Accumulator {
  const tally = tallyOf(type, "mode");
  return {
    reset: () => tally.reset(),
    add(data, offset, stride, shares, columns, rows) {
      for (let row = 0, k = 0; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share !== 0 && value === value) tally.add(value, share);
        }
      }
    },
    result() {
      return tally.heaviest();
    },
  };
}

/** The value of rank `ceil(share * n)` of n, unweighted, as GDAL's: the lower of the two middle values for the median. */
function quantile(method: AreaMethod, share: number, type: DataType): Accumulator {
  const counts = isSmallInteger(type) ? tallyOf(type, method) : undefined;
  let values = new Float64Array(256);
  let count = 0;

  function keep(value: number): void {
    if (count === values.length) {
      if (count >= mostValues) throw tooMany(method, "pixels", mostValues);
      const larger = new Float64Array(2 * count);
      larger.set(values);
      values = larger;
    }
    values[count] = value;
  }

  return {
    reset() {
      counts?.reset();
      count = 0;
    },
    add(data, offset, stride, shares, columns, rows) {
      for (let row = 0, k = 0; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const value = data[i]!;
          if (shares[k] === 0 || value !== value) continue;
          if (counts && count >= countedFrom) counts.add(value, 1);
          else keep(value);
          count++;
        }
      }
    },
    result() {
      if (count === 0) return NaN;
      const rank = Math.max(1, Math.ceil(share * count));
      if (!counts || count <= countedFrom) return sorted(values, count)[rank - 1]!;
      for (let i = 0; i < countedFrom; i++) counts.add(values[i]!, 1);
      return counts.ranked(rank);
    },
  };
}

/** Small integers are counted rather than kept from this number of pixels on. */
const countedFrom = 256;
/** Values of one cell that are kept at once: 128 MiB. */
export const mostValues = 1 << 24;

function sorted(values: Float64Array, count: number): Float64Array {
  const part = values.subarray(0, count);
  if (count > 32) return part.sort();
  for (let i = 1; i < count; i++) {
    const value = part[i]!;
    let j = i;
    for (; j > 0 && part[j - 1]! > value; j--) part[j] = part[j - 1]!;
    part[j] = value;
  }
  return part;
}
