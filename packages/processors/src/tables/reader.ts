import type { QuadratError, Store } from "@quadrat/core";
import type { BrokenRecords, Reason } from "./faults.js";
import type { Decimal } from "./numbers.js";
import type { Scratch } from "./scratch.js";

/** The form of a column in a file: text that must be parsed, or a number. */
export type ColumnForm = { readonly kind: "number" } | { readonly kind: "text"; readonly decimal: Decimal };

/** Names of the columns that every reader returns, `v` only if the measure needs it, `u` only for circles. */
export const keptNames = ["x", "y", "v", "u"] as const;

export type KeptName = (typeof keptNames)[number];

/** A query over a part of a file. */
export interface Piece {
  /** Selects `x`, `y` and, if they are needed, `v` and `u`. Both coordinates of a table of codes are its code. */
  readonly select: string;
  /** A statement to run after the query, on the same connection. */
  readonly after?: string;
}

/** A table file with known columns. */
export interface TableReader {
  readonly file: string;
  readonly warnings: readonly string[];
  readonly forms: Readonly<Record<KeptName, ColumnForm>>;
  /** The first codes of the table, if its records have codes instead of coordinates. */
  readonly codes?: readonly string[];
  /** Makes the file available to DuckDB, part by part; a part is available until the next is requested. */
  pieces(work: Work): AsyncIterable<Piece>;
  /** The records that `pieces` could not split, once it has ended. */
  broken(work: Work): Promise<BrokenRecords[]>;
  /**
   * The position of the first record with this fault, if little reading finds it; with `thoroughly`, however
   * much reading that takes.
   */
  firstWith(reason: Reason, work: Work, thoroughly: boolean): Promise<FoundFault | undefined>;
  /** The fault in a file that caused an error of a query over its pieces, if one can be found that says more than the error itself. */
  faultBehind?(error: unknown, work: Work): Promise<QuadratError | undefined>;
}

export interface FoundFault {
  /** Line of a text file, row of another, counted from 1. */
  readonly number: number;
  readonly unit: "line" | "row";
  /** The file, if the table has several. */
  readonly file?: string;
  /** The fields at that position, such as `"65.4°W", "10.38°S"`. */
  readonly fields?: string;
}

export interface Work {
  readonly store: Store;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}
