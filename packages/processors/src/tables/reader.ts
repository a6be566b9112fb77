import type { Mask, QuadratError, Store } from "@quadrat/core";
import type { BrokenRecords, Reason } from "./faults.js";
import type { Decimal } from "./numbers.js";
import type { Scratch } from "./scratch.js";

/** The form of a column in a file: text that must be parsed, or a number. */
export type ColumnForm = { readonly kind: "number" } | { readonly kind: "text"; readonly decimal: Decimal };

/** Names of the columns that every reader returns, the third only if the measure needs it. */
export const keptNames = ["x", "y", "v"] as const;

/** A column of the input. */
export interface InputColumn {
  readonly name: string;
  /** DuckDB's type. That of a column of text is what its first records show: BIGINT, DOUBLE or VARCHAR. */
  readonly type: string;
}

/** A column that a reader returns besides those of {@link keptNames}, under an alias that is safe in SQL. */
export interface FurtherColumn extends InputColumn {
  readonly alias: string;
}

/** A query over a part of a file. */
export interface Piece {
  /**
   * Selects `x`, `y`, `v` if the measure needs it, and the further columns. A numbered piece also has `record`, the record's
   * number in the input from 1; `broken`, the code of the reason why it could not be split, usually NULL; and `misfits`,
   * how many of its further columns hold a text that is not a number in a column of numbers.
   */
  readonly select: string;
  /** A statement to run after the query, on the same connection. */
  readonly after?: string;
}

/** A table file with known columns. */
export interface TableReader {
  readonly file: string;
  readonly warnings: readonly string[];
  /** The column of the species, if the measure has one. */
  readonly species?: string | undefined;
  readonly forms: { readonly x: ColumnForm; readonly y: ColumnForm; readonly v: ColumnForm };
  /**
   * Makes the file available to DuckDB, part by part in the order of the records; a part is available until the next is
   * requested.
   */
  pieces(work: Work, numbered?: boolean): AsyncIterable<Piece>;
  /** The number of records of the pieces, once numbered ones have ended. */
  readonly count: number;
  /** Whether it is a large table that DuckDB can read again at any time, so that its records need not be copied. */
  isLarge(work: Work): Promise<boolean>;
  /**
   * A query of all records like that of numbered pieces, which can be run at any later time; undefined if a part of the input
   * had to be rewritten. Known once the pieces of a large table have ended.
   */
  later(work: Work): Promise<string | undefined>;
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
  /** The cells that may become rows; absent if all may. */
  readonly mask?: Mask | undefined;
}
