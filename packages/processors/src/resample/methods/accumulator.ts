import type { RasterData } from "@quadrat/core/base";
import type { BoxKernel, Kernels } from "@quadrat/kernels";

/** Accumulates the pixels of one cell at a time. */
export interface Accumulator {
  reset(): void;
  /**
   * Adds a rectangle of pixels, row by row: those of a row follow each other in `data`, the rows are `stride` apart.
   * `shares` has, from `first` on, the coverage fraction of each, 0 for those that the cell does not touch.
   */
  add(
    data: RasterData,
    offset: number,
    stride: number,
    shares: Float64Array,
    columns: number,
    rows: number,
    first: number,
  ): void;
  /** NaN if no valid pixel was touched. */
  result(): number;
  /**
   * Set if the result depends on the area of the whole cell, in pixels, which is written there before it is asked for: also of
   * what lies outside of the source.
   */
  readonly cellArea?: Float64Array;
  /** The same results for cells of whole pixels that lie side by side, if that is faster. */
  readonly wholeCells?: (data: RasterData, cells: WholeCells, out: RasterData, offset: number) => void;
  /**
   * The kernel that gives the same results for cells in boxes of a few pixels, if there is one.
   * @param single whether pixels are float32, not float64
   */
  readonly inBoxes?: (k: Kernels, single: boolean) => BoxKernel;
}

/** Cells side by side, each of the same number of whole pixels. */
export interface WholeCells {
  /** Where the pixels of the first begin, and how far their rows are apart. */
  readonly at: number;
  readonly stride: number;
  readonly columns: number;
  readonly rows: number;
  readonly count: number;
  /** The areas of the cells, which may extend beyond the source. */
  readonly areas: Float64Array;
}
