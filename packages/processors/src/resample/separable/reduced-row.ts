import type { RowReducer } from "./horizontal.js";

/** How the pixels of a cell become one number, first along the row and then down the column. */
export interface Reduction {
  readonly reducer: RowReducer;
  /** Sums keep the weight of the valid pixels beside them; extremes only need to skip NaN. */
  readonly kind: "sum" | "minimum" | "maximum";
  readonly squared: boolean;
  /** Whether a cell takes part that has a NaN among its pixels; if not its value is NaN. */
  readonly skipsNull: boolean;
  /** Whether counts and centres of the pixels that are left are asked for, beside their weights. */
  readonly counts: boolean;
}

/** One source row, reduced to a value a cell. */
export interface ReducedRow {
  readonly values: Float64Array;
  /** Set where the row has a NaN among its pixels. */
  nulls: RowNulls | undefined;
}

/** What is left of a row's cells by the pixels that are null. */
export interface RowNulls {
  /** The sum of the weights of the valid pixels. */
  readonly weights: Float64Array;
  /** The number of valid pixels. */
  readonly counts: Int32Array;
  /** 1 where the pixel under the cell's centre is null. */
  readonly centres: Uint8Array;
}
