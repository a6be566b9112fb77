/** A closed line in cells of the grid: columns to the east and rows to the south of its north-west corner. */
export interface Part {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly count: number;
}
