import type { ColumnType } from "../raster/raster.js";
import type { MergedTable } from "./exporter.js";

/** The second table: a row per record, then a row per background cell, with the values of every dataset there. */
export interface PointTable {
  /** Columns: `x`, `y` of the record or of the cell's centre; `species`, `presence`, `fold` as far as there are any; the datasets'. */
  readonly table: MergedTable;
  /** Records that became rows. */
  readonly records: number;
  /** Records that `thin` left out. */
  readonly thinned: number;
  readonly background: number;
  /** How many cells background was drawn from; undefined without background. */
  readonly candidates?: number | undefined;
  readonly columns: readonly PointColumn[];
  readonly folds?: readonly FoldSize[] | undefined;
}

/** Where the values of a column of the table of points come from. */
export interface PointColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly dataset: string;
  /** `cell`: those of the merged table; otherwise of the raster itself. */
  readonly values: "cell" | "near" | "bilinear" | "buffer";
  /** Why they are the cell's, if the configuration asks for others. */
  readonly reason?: string | undefined;
}

/** The rows of a fold, counted from 1. */
export interface FoldSize {
  readonly fold: number;
  readonly records: number;
  readonly background: number;
  readonly blocks: number;
}
