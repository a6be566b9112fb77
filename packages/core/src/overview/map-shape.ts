/** How cells become pixels of a map: each pixel is a square of `cells` by `cells` cells of the grid. */
export interface MapShape {
  readonly cells: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels of the maps of all columns together. */
const allPixels = 360_000;
const fewestPixels = 900;
const mostPixels = 120_000;

/**
 * The finest shape of which the maps of all columns together have at most 360,000 pixels; a map has at most 120,000 of them, and
 * is allowed 900 however many columns there are.
 */
export function mapShape(
  grid: { readonly width: number; readonly height: number },
  columns: number,
): MapShape {
  const most = Math.min(mostPixels, Math.max(fewestPixels, Math.floor(allPixels / Math.max(1, columns))));
  const shape = (cells: number): MapShape => ({
    cells,
    width: Math.ceil(grid.width / cells),
    height: Math.ceil(grid.height / cells),
  });
  let cells = Math.max(1, Math.floor(Math.sqrt((grid.width * grid.height) / most)));
  while (shape(cells).width * shape(cells).height > most) cells++;
  return shape(cells);
}
