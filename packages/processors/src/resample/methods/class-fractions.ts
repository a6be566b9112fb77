import { QuadratError, type DataType } from "@quadrat/core/base";
import type { Accumulator } from "./accumulator.js";
import { classLists, type ClassLists } from "./class-lists.js";
import { fractionOf } from "./statistics.js";
import { notAClass, smallIntegers } from "./tally.js";

/** Names of columns with the classes that each stands for, of which others may have the same. */
export type ClassGroups = Readonly<Record<string, readonly number[]>>;

/** The maximum number of classes with a column each. */
export const mostClasses = 10_000;

/** The fraction that each class has of a cell: a result is the number of a list. */
export interface ClassFractions extends Accumulator {
  /** The lists of cells, by their results. */
  lists(results: Float64Array): ClassLists;
}

/**
 * Fractions of the whole cell's area: of each class by its number, or of groups of classes by their position. A cell of which
 * no group has a part, but which has a value, has a list with a 0.
 */
export function classFractions(type: DataType, groups?: ClassGroups): ClassFractions {
  const tally = smallIntegers(type) ? arrayTally(...smallIntegers(type)!) : mapTally(groups);
  const groupsOf = groups && positionsOf(groups);
  const groupAmounts = new Float64Array(groups ? Object.keys(groups).length : 0);
  const cellArea = new Float64Array(1);
  let parts = new Int32Array(1 << 12);
  let fractions = new Float64Array(1 << 12);
  let starts = new Int32Array(1 << 12);
  let entries = 0;
  let count = 0;

  function push(part: number, amount: number): void {
    if (entries === parts.length) {
      parts = longer(parts, new Int32Array(2 * entries));
      fractions = longer(fractions, new Float64Array(2 * entries));
    }
    parts[entries] = part;
    fractions[entries++] = fractionOf(amount, cellArea[0]!);
  }

  function pushGroups(): void {
    groupAmounts.fill(0);
    for (let i = 0; i < tally.count; i++) {
      for (const group of groupsOf!.get(tally.value(i)) ?? []) groupAmounts[group]! += tally.amount(i);
    }
    const first = entries;
    for (let group = 0; group < groupAmounts.length; group++) {
      if (groupAmounts[group]! > 0) push(group, groupAmounts[group]!);
    }
    if (entries === first) push(0, 0);
  }

  function close(): number {
    if (count + 1 === starts.length) starts = longer(starts, new Int32Array(2 * starts.length));
    starts[++count] = entries;
    return count - 1;
  }

  function result(): number {
    if (tally.count === 0) return NaN;
    tally.sort();
    if (groupsOf) pushGroups();
    else for (let i = 0; i < tally.count; i++) push(tally.value(i), tally.amount(i));
    return close();
  }

  /** Most cells have one class alone, or nothing. */
  const wholeCells: NonNullable<Accumulator["wholeCells"]> = (data, cells, out, offset) => {
    const { at, stride, columns, rows, areas } = cells;
    const pixels = columns * rows;
    const shares = new Float64Array(pixels).fill(1);
    for (let i = 0, left = at; i < cells.count; i++, left += columns) {
      const value = data[left]!;
      let isAlone = Number.isInteger(value);
      for (let row = 0, from = left; isAlone && row < rows; row++, from += stride)
        for (let pixel = from; pixel < from + columns; pixel++) isAlone &&= data[pixel] === value;
      cellArea[0] = areas[i]!;
      if (isAlone) {
        push(value, pixels);
        out[offset + i] = close();
        continue;
      }
      tally.reset();
      tally.add(data, left, stride, shares, columns, rows, 0);
      out[offset + i] = result();
    }
  };

  return {
    cellArea,
    reset: () => {
      tally.reset();
    },
    add: tally.add,
    result,
    ...(smallIntegers(type) && !groups && { wholeCells }),
    lists: (results) => classLists(results, { starts, parts, fractions }),
  };
}

function longer<T extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}

function positionsOf(groups: ClassGroups): ReadonlyMap<number, readonly number[]> {
  const positions = new Map<number, number[]>();
  for (const [position, classes] of Object.values(groups).entries()) {
    for (const one of new Set(classes)) positions.set(one, [...(positions.get(one) ?? []), position]);
  }
  return positions;
}

/** The amount of each class of a cell; after sorting in ascending order of the classes. */
interface ClassTally {
  readonly count: number;
  reset(): void;
  readonly add: Accumulator["add"];
  sort(): void;
  value(index: number): number;
  amount(index: number): number;
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

function mapTally(groups: ClassGroups | undefined): ClassTally {
  const amounts = new Map<number, number>();
  let sorted: readonly number[] = [];

  function addOne(value: number, amount: number): void {
    const before = amounts.get(value);
    if (before === undefined) {
      checkClass(value);
      if (!groups && amounts.size === mostClasses) throw tooManyClasses();
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
