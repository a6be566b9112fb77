import type { RowReducer } from "./horizontal.js";

/** How the pixels of a cell are reduced to one number, first along the row and then down the column. */
export interface Reduction {
  readonly reducer: RowReducer;
  /** Sums also keep the weight of the valid pixels; extremes only need to skip NaN. */
  readonly kind: "sum" | "minimum" | "maximum";
  readonly squared: boolean;
  /** Whether a cell with a NaN among its pixels takes part; if not its value is NaN. */
  readonly skipsNull: boolean;
  /** Whether counts and centres of the remaining pixels are needed, besides their weights. */
  readonly counts: boolean;
}

/** One source row, reduced to one value per cell. */
export interface ReducedRow {
  readonly values: Float64Array;
  /** Set if the row has a NaN among its pixels. */
  nulls: RowNulls | undefined;
}

/** What remains of a row's cells without the null pixels. */
export interface RowNulls {
  /** The sum of the weights of the valid pixels. */
  readonly weights: Float64Array;
  /** The number of valid pixels. */
  readonly counts: Int32Array;
  /** 1 if the pixel under the cell's centre is null. */
  readonly centres: Uint8Array;
}
