import { QuadratError, type DataType } from "@quadrat/core/base";
import type { AreaMethod } from "./methods.js";

/** Amounts by value. */
export interface Tally {
  reset(): void;
  add(value: number, amount: number): void;
  /** The number of different values. */
  different(): number;
  /** The value with the largest amount, the smallest of those that tie. */
  heaviest(): number;
  /** The value of rank `rank`, from 1, if each value counts as often as its amount. */
  ranked(rank: number): number;
}

/** Amounts this near to the largest, relative to it, tie with it: they differ only by rounding. */
const tie = 1e-9;
/** The number of different values that are searched one by one. */
const fewValues = 24;
/** The maximum number of different values of one cell. */
const mostDifferent = 1 << 21;

export function tallyOf(type: DataType, method: AreaMethod): Tally {
  const range = smallIntegers(type);
  return range ? arrayTally(...range) : mapTally(method);
}

/** True for integers of at most 16 bits, which can be counted in an array. */
export function isSmallInteger(type: DataType): boolean {
  return smallIntegers(type) !== undefined;
}

/** The range of integers of at most 16 bits; undefined for other types. */
export function smallIntegers(type: DataType): readonly [number, number] | undefined {
  switch (type) {
    case "uint8":
      return [0, 255];
    case "int8":
      return [-128, 127];
    case "uint16":
      return [0, 65535];
    case "int16":
      return [-32768, 32767];
    default:
      return undefined;
  }
}

function arrayTally(least: number, greatest: number): Tally {
  const amounts = new Float64Array(greatest - least + 1);
  const used = new Int32Array(amounts.length);
  let count = 0;
  return {
    reset() {
      for (let i = 0; i < count; i++) amounts[used[i]!] = 0;
      count = 0;
    },
    add(value, amount) {
      const bin = value - least;
      const before = amounts[bin];
      if (before === undefined) throw notAClass(least, greatest, value);
      if (before === 0) used[count++] = bin;
      amounts[bin] = before + amount;
    },
    different: () => count,
    heaviest() {
      let largest = 0;
      for (let i = 0; i < count; i++) largest = Math.max(largest, amounts[used[i]!]!);
      let best = amounts.length;
      for (let i = 0; i < count; i++) {
        if (amounts[used[i]!]! >= largest * (1 - tie) && used[i]! < best) best = used[i]!;
      }
      return count > 0 ? best + least : NaN;
    },
    ranked(rank) {
      let seen = 0;
      for (const bin of used.subarray(0, count).sort()) {
        seen += amounts[bin]!;
        if (seen >= rank) return bin + least;
      }
      return NaN;
    },
  };
}

/** A list while values are few, which is the fastest, and a map beyond. */
function mapTally(method: AreaMethod): Tally {
  const values = new Float64Array(fewValues);
  const amounts = new Float64Array(fewValues);
  const others = new Map<number, number>();
  let count = 0;

  function addOther(value: number, amount: number): void {
    const before = others.get(value);
    if (before === undefined && others.size >= mostDifferent)
      throw tooMany(method, "different values", mostDifferent);
    others.set(value, (before ?? 0) + amount);
  }

  return {
    reset() {
      count = 0;
      if (others.size > 0) others.clear();
    },
    add(value, amount) {
      for (let i = 0; i < count; i++) {
        if (values[i] !== value) continue;
        amounts[i]! += amount;
        return;
      }
      if (count === fewValues) {
        addOther(value, amount);
      } else {
        values[count] = value;
        amounts[count++] = amount;
      }
    },
    different: () => count + others.size,
    heaviest() {
      let largest = 0;
      for (let i = 0; i < count; i++) if (amounts[i]! > largest) largest = amounts[i]!;
      if (others.size > 0) for (const amount of others.values()) largest = Math.max(largest, amount);
      let best = NaN;
      const least = largest * (1 - tie);
      for (let i = 0; i < count; i++) if (amounts[i]! >= least && !(values[i]! >= best)) best = values[i]!;
      if (others.size > 0)
        for (const [value, amount] of others) if (amount >= least && !(value >= best)) best = value;
      return best;
    },
    ranked(rank) {
      const all = [...others];
      for (let i = 0; i < count; i++) all.push([values[i]!, amounts[i]!]);
      let seen = 0;
      for (const [value, amount] of all.sort(([p], [q]) => p - q)) {
        seen += amount;
        if (seen >= rank) return value;
      }
      return NaN;
    },
  };
}

export function notAClass(least: number, greatest: number, value: number): QuadratError {
  return new QuadratError(
    "input",
    `a source of whole numbers from ${least} to ${greatest} has the value ${value}`,
  );
}

/** The error for a cell that would make a method keep too much. */
export function tooMany(method: string, what: string, limit: number): QuadratError {
  return new QuadratError(
    "memory",
    `"${method}" has to keep the ${what} of a whole cell, but a cell has more than ${limit}`,
    {
      hint: "use a grid with smaller cells, or average, rms, sum, min or max, which need only one window at a time",
      place: { key: "resample" },
    },
  );
}
