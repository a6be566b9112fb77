import type { DataType } from "@quadrat/core";
import type { Rules } from "./judge.js";

export interface SqlColumn {
  readonly sql: string;
  readonly type: string;
}

/**
 * How a measure is taken in two steps that can be repeated and merged in any order: every piece of a file is grouped
 * by cell and `key` into `n` records and a state `s`, and the groups of all pieces together give the value.
 * The result depends on the set of records alone, not on their order, on threads or on where pieces end.
 */
export interface MeasurePlan {
  readonly dataType: DataType;
  readonly third: Rules["third"];
  /** What records of a cell are told apart by; `v` is the value or name. */
  readonly key?: SqlColumn;
  /** An aggregate of the records that have one key in one cell. */
  readonly state?: SqlColumn;
  /**
   * Keep every record instead of grouping them as they are read: when the keys are texts, of which DuckDB's hash table
   * can't hold more than fit into memory.
   */
  readonly ungrouped?: boolean;
  /** Selects `cell` and `value` from a relation with the columns cell, n and, as far as the measure has them, key and s. */
  readonly finish: (groups: string) => string;
}
