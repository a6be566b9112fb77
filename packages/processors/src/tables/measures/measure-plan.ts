import type { DataType } from "@quadrat/core";
import type { Rules } from "../judge.js";

export interface SqlColumn {
  readonly sql: string;
  readonly type: string;
}

/**
 * How a measure is computed, in two steps that can be repeated and merged in any order: records are grouped by cell
 * and `key` into `n` records and a state `s`, and all groups of a cell together give its value. The result depends
 * only on the set of records, not on their order, on threads or on how they are divided.
 */
export interface MeasurePlan {
  readonly dataType: DataType;
  readonly third: Rules["third"];
  /** Set if the value follows from `n`, the number of a cell's records, and `named`, that of their different names: SQL of it. */
  readonly fromCounts?: string;
  /** What distinguishes the records of a cell; `v` is the value or name. */
  readonly key?: SqlColumn;
  /** An aggregate of the records that have one key in one cell. */
  readonly state?: SqlColumn;
  /** Selects `cell` and `value` from a relation with the columns cell, n and, if the measure has them, key and s. */
  readonly finish: (groups: string) => string;
}

/** The groups of a relation with the columns `cell` and, if the measure needs it, `v`: cell, key, n and s. */
export function sqlGroups({ key, state }: MeasurePlan, records: string): string {
  const keys = ["cell", ...(key ? [`${key.sql} AS key`] : [])];
  const aggregates = ["count(*) AS n", ...(state ? [`${state.sql} AS s`] : [])];
  return `SELECT ${[...keys, ...aggregates].join(", ")} FROM ${records} GROUP BY ${keys.map((_, index) => index + 1).join(", ")}`;
}
