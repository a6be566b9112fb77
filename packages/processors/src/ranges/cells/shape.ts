/** Rings in cells of the grid: columns to the east and rows to the south of its north-west corner. */
export interface Shape {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** For each ring the number of its first point, and at last the number of all points. */
  readonly starts: Int32Array;
  readonly west: number;
  readonly east: number;
  readonly north: number;
  readonly south: number;
}

export interface CellGrid {
  readonly width: number;
  readonly height: number;
}

export function shapeOf(xs: Float64Array, ys: Float64Array, starts: Int32Array): Shape {
  let west = Infinity;
  let east = -Infinity;
  let north = Infinity;
  let south = -Infinity;
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]!;
    const y = ys[i]!;
    if (x < west) west = x;
    if (x > east) east = x;
    if (y < north) north = y;
    if (y > south) south = y;
  }
  return { xs, ys, starts, west, east, north, south };
}
