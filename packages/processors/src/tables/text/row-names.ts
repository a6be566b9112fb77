import type { DatasetConfig } from "@quadrat/core";
import { findCoordinates } from "../columns.js";
import { parseNumber } from "../numbers.js";

type Records = readonly (readonly string[])[];

/**
 * Whether the records begin with row names that have no name in the header, as written by R's write.table: all have
 * one field more than the header. If that field is always empty it may also be a delimiter at the end of every line:
 * then the coordinates decide.
 */
export function hasRowNames(names: readonly string[], sample: Records, dataset: DatasetConfig): boolean {
  const count = names.length;
  if (sample.length === 0 || !sample.every((record) => record.length === count + 1)) return false;
  if (sample.some((record) => record[count] !== "")) return true;
  const needed = findCoordinates(names, dataset);
  if (!needed) return false;
  const areNumbers = (shift: number): boolean =>
    sample.every((record) =>
      needed.every(
        (index) => parseNumber(record[index + shift]!, dataset.decimal === "," ? "," : ".") !== undefined,
      ),
    );
  if (!areNumbers(1)) return false;
  const isCounted = sample.length > 1 && sample.every(([first], index) => first === String(index + 1));
  return !areNumbers(0) || (needed.includes(0) && isCounted);
}
