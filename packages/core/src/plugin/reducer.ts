/** A resampling method of a plugin: one value for a cell from the pixels that it covers. */
export interface Reducer {
  /**
   * The value of one cell, NaN for none. Called for every cell that covers a valid pixel, in no particular order and in
   * several threads, so a result may depend on its arguments alone. The arrays are used again for the next cell.
   *
   * @param values of the valid pixels, row by row
   * @param weights the share of each pixel that lies in the cell, above 0, at most 1
   */
  reduce(values: Float64Array, weights: Float64Array): number;
}
