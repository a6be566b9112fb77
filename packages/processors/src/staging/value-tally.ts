import type { StagedFacts } from "@quadrat/core";
import type { Column } from "./column.js";

type Values = Pick<StagedFacts, "values" | "min" | "max">;

/** A summary of several bands; min > max if there are no values. */
export interface ValueTally {
  values: number;
  min: number;
  max: number;
}

export function emptyTally(): ValueTally {
  return { values: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

export function addColumn(
  tally: ValueTally,
  { values, nulls, min, max }: Pick<Column, "values" | "nulls" | "min" | "max">,
): void {
  if (nulls === values.length) return;
  tally.values += values.length - nulls;
  tally.min = Math.min(tally.min, min);
  tally.max = Math.max(tally.max, max);
}

export function addValues(tally: ValueTally, { values, min, max }: Values): void {
  if (min === null || max === null) return;
  tally.values += values;
  tally.min = Math.min(tally.min, min);
  tally.max = Math.max(tally.max, max);
}

export function valuesOf({ values, min, max }: ValueTally): Values {
  return values > 0 ? { values, min, max } : { values, min: null, max: null };
}
