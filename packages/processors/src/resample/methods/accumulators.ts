import type { DataType } from "@quadrat/core/base";
import type { Accumulator } from "./accumulator.js";
import type { AreaMethod } from "./methods.js";
import { boxKernel, quantileShares, type QuantileMethod } from "./pixel-kernels.js";
import { count, coverage, moments, variety } from "./statistics.js";
import { isSmallInteger, tallyOf, tooMany } from "./tally.js";

export function accumulator(method: AreaMethod, type: DataType): Accumulator {
  switch (method) {
    case "average":
      return average();
    case "rms":
      return rootMeanSquare();
    case "sum":
      return sum();
    case "min":
      return extreme(1);
    case "max":
      return extreme(-1);
    case "mode":
      return mode(type);
    case "med":
    case "q1":
    case "q3":
      return quantile(method, type);
    case "count":
      return count();
    case "coverage":
      return coverage();
    case "variance":
    case "stdev":
      return moments(method);
    case "variety":
      return variety(type);
  }
}

// Sums are kept in arrays between calls: a number in a variable shared by functions is allocated with every change.

/** The mean of the differences from the first value, so that the average of equal values is that value. */
function average(): Accumulator {
  const kept = new Float64Array(3);
  return {
    reset() {
      kept[0] = NaN;
      kept[1] = kept[2] = 0;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let base = kept[0]!;
      let total = kept[1]!;
      let weight = kept[2]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          if (base !== base) base = Number.isFinite(value) ? value : 0;
          total += share * (value - base);
          weight += share;
        }
      }
      kept[0] = base;
      kept[1] = total;
      kept[2] = weight;
    },
    result: () => (kept[2]! > 0 ? kept[0]! + kept[1]! / kept[2]! : NaN),
  };
}

function rootMeanSquare(): Accumulator {
  const kept = new Float64Array(2);
  return {
    reset() {
      kept[0] = kept[1] = 0;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let total = kept[0]!;
      let weight = kept[1]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          total += share * value * value;
          weight += share;
        }
      }
      kept[0] = total;
      kept[1] = weight;
    },
    result: () => (kept[1]! > 0 ? Math.sqrt(kept[0]! / kept[1]!) : NaN),
  };
}

function sum(): Accumulator {
  const kept = new Float64Array(1);
  let touched = false;
  return {
    reset() {
      kept[0] = 0;
      touched = false;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let total = kept[0]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          total += share * value;
          touched = true;
        }
      }
      kept[0] = total;
    },
    result: () => (touched ? kept[0]! : NaN),
  };
}

/**
 * @param sign 1 for the minimum, -1 for the maximum: the minimum of the negatives, whose bits differ from those of the values
 * only in the sign
 */
function extreme(sign: 1 | -1): Accumulator {
  const kept = new Float64Array(1);
  return {
    reset() {
      kept[0] = NaN;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      let best = kept[0]!;
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          if (shares[k] === 0) continue;
          const value = sign * data[i]!;
          if (best !== best || value < best) best = value;
        }
      }
      kept[0] = best;
    },
    result: () => sign * kept[0]!,
  };
}

/** The value with the largest area, the smallest of those that tie. */
function mode(type: DataType): Accumulator {
  const tally = tallyOf(type, "mode");
  return {
    reset: () => tally.reset(),
    add(data, offset, stride, shares, columns, rows, first) {
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share !== 0 && value === value) tally.add(value, share);
        }
      }
    },
    result: () => tally.heaviest(),
    inBoxes: (k, single) => boxKernel(k, "mode", type, single),
  };
}

/** The value of rank `ceil(share * n)` of n, unweighted, as GDAL's: the lower of the two middle values for the median. */
function quantile(method: QuantileMethod, type: DataType): Accumulator {
  const share = quantileShares[method];
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
    add(data, offset, stride, shares, columns, rows, first) {
      for (let row = 0, k = first; row < rows; row++) {
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
    inBoxes: (k, single) => boxKernel(k, method, type, single),
  };
}

/** From this number of pixels on, small integers are counted rather than kept. */
const countedFrom = 256;
/** The maximum number of values kept for one cell: 128 MiB. */
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
