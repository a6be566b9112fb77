import { QuadratError, type DataType } from "@quadrat/core/base";
import type { Accumulator } from "./accumulator.js";
import { notAClass, smallIntegers } from "./tally.js";

/** The maximum number of classes with a column each. */
export const mostClasses = 10_000;

/** The amount of each class of a cell; after sorting in ascending order of the classes. */
export interface ClassTally {
  readonly count: number;
  reset(): void;
  readonly add: Accumulator["add"];
  sort(): void;
  value(index: number): number;
  amount(index: number): number;
}

/** @param grouped whether most classes are of no interest, so that there may be any number of them */
export function classTally(type: DataType, grouped: boolean): ClassTally {
  const range = smallIntegers(type);
  return range ? arrayTally(...range) : mapTally(grouped);
}

function arrayTally(least: number, greatest: number): ClassTally {
  const amounts = new Float64Array(greatest - least + 1);
  const used = new Int32Array(amounts.length);
  let count = 0;
  return {
    get count() {
      return count;
    },
    reset() {
      for (let i = 0; i < count; i++) amounts[used[i]!] = 0;
      count = 0;
    },
    add(data, offset, stride, shares, columns, rows, first) {
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share === 0 || value !== value) continue;
          const bin = value - least;
          const before = amounts[bin];
          if (before === undefined) throw notAClass(least, greatest, value);
          if (before === 0) used[count++] = bin;
          amounts[bin] = before + share;
        }
      }
    },
    sort: () => {
      sortFirst(used, count);
    },
    value: (index) => used[index]! + least,
    amount: (index) => amounts[used[index]!]!,
  };
}

function mapTally(grouped: boolean): ClassTally {
  const amounts = new Map<number, number>();
  let sorted: readonly number[] = [];

  function addOne(value: number, amount: number): void {
    const before = amounts.get(value);
    if (before === undefined) {
      checkClass(value);
      if (!grouped && amounts.size === mostClasses) throw tooManyClasses();
    }
    amounts.set(value, (before ?? 0) + amount);
  }

  return {
    get count() {
      return amounts.size;
    },
    reset: () => {
      amounts.clear();
    },
    add(data, offset, stride, shares, columns, rows, first) {
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const share = shares[k]!;
          const value = data[i]!;
          if (share !== 0 && value === value) addOne(value, share);
        }
      }
    },
    sort() {
      sorted = [...amounts.keys()].sort((a, b) => a - b);
    },
    value: (index) => sorted[index]!,
    amount: (index) => amounts.get(sorted[index]!)!,
  };
}

function sortFirst(values: Int32Array, count: number): void {
  if (count < 2) return;
  if (count > 32) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let j = i;
    for (; j > 0 && values[j - 1]! > value; j--) values[j] = values[j - 1]!;
    values[j] = value;
  }
}

function checkClass(value: number): void {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return;
  throw new QuadratError("input", `${value} can't be the number of a class, which \`fractions\` needs`, {
    hint: "classes are whole numbers from -2147483647 to 2147483647; use another method for quantities",
    place: { key: "resample" },
  });
}

/** The error for a raster of quantities, or of more classes than a table has room for. */
export function tooManyClasses(): QuadratError {
  return new QuadratError(
    "input",
    `\`fractions\` makes a column for each class, but there are more than ${mostClasses} of them`,
    {
      hint: "name the classes that are wanted with `classes`, or use another method, such as variety or mode",
      place: { key: "resample" },
    },
  );
}
