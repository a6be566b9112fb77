/** A resampling method of a plugin: it computes one value for a cell from the pixels that the cell covers. */
export interface Reducer {
  /**
   * The value of one cell, NaN for none. Called for every cell that covers a valid pixel, in no particular order and in
   * several threads, so a result may depend on its arguments only. The arrays are reused for the next cell.
   *
   * @param values of the valid pixels, row by row
   * @param weights the coverage fraction of each pixel, the fraction of it that lies in the cell: above 0, at most 1
   */
  reduce(values: Float64Array, weights: Float64Array): number;
}
