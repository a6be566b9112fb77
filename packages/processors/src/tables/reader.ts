import type { QuadratError, Store } from "@quadrat/core";
import type { BrokenRecords, Reason } from "./faults.js";
import type { Decimal } from "./numbers.js";
import type { Scratch } from "./scratch.js";

/** How a column comes out of a file: as text that must be understood, or as a number that it is. */
export type ColumnForm = { readonly kind: "number" } | { readonly kind: "text"; readonly decimal: Decimal };

/** Names of the columns that every reader delivers, the third only when the measure needs one. */
export const keptNames = ["x", "y", "v"] as const;

/** A query over a part of a file. */
export interface Piece {
  /** Selects `x`, `y` and, when the measure needs one, `v`. */
  readonly select: string;
  /** To be run after the query, on the same connection. */
  readonly after?: string;
}

/** A table file whose columns are known. */
export interface TableReader {
  readonly file: string;
  readonly warnings: readonly string[];
  readonly forms: { readonly x: ColumnForm; readonly y: ColumnForm; readonly v: ColumnForm };
  /** Puts the file before DuckDB, piece by piece; a piece is there until the next is asked for. */
  pieces(work: Work): AsyncIterable<Piece>;
  /** The records that could not be taken apart by `pieces`, once it has ended. */
  broken(work: Work): Promise<BrokenRecords[]>;
  /** Where the first record with this fault is, if little reading finds it; `thoroughly`: whatever it takes. */
  firstWith(reason: Reason, work: Work, thoroughly: boolean): Promise<FoundFault | undefined>;
  /** The fault of a file that lies behind an error of a query over its pieces, where looking for it finds more than the error says. */
  faultBehind?(error: unknown, work: Work): Promise<QuadratError | undefined>;
}

export interface FoundFault {
  /** Line of a text file, row of another, counted from 1. */
  readonly number: number;
  readonly unit: "line" | "row";
  /** Where the table has several. */
  readonly file?: string;
  /** What stands there, such as `"65.4°W", "10.38°S"`. */
  readonly fields?: string;
}

export interface Work {
  readonly store: Store;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}
