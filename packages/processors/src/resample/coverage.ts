/** A box of pixels: columns `[left, left + columns)`, rows `[top, top + rows)`. */
export interface PixelBox {
  readonly left: number;
  readonly columns: number;
  readonly top: number;
  readonly rows: number;
}

/**
 * Adds what a ring's edges contribute to the coverage of the pixels of a box. Every edge leaves in the pixels that it
 * crosses the change of coverage from each pixel to the next on its row, so that {@link accumulate} finds the covered
 * area of every pixel, exactly but for rounding. It is how font rasterisers do it. What an edge contributes to a row does not
 * depend on the other rows of the box.
 * @param deltas `rows` times `columns + 1` numbers
 * @param from the ring's points are those from `from` to `to`
 * @param sign that of the ring's area
 */
export function addRing(
  deltas: Float64Array,
  box: PixelBox,
  { xs, ys }: { readonly xs: Float64Array; readonly ys: Float64Array },
  from: number,
  to: number,
  shiftX: number,
  shiftY: number,
  sign: number,
): void {
  let x0 = xs[to - 1]! + shiftX;
  let y0 = ys[to - 1]! + shiftY;
  for (let i = from; i < to; i++) {
    const x1 = xs[i]! + shiftX;
    const y1 = ys[i]! + shiftY;
    if (y0 < y1) addEdge(deltas, box, x0, y0, x1, y1, -sign);
    else if (y0 > y1) addEdge(deltas, box, x1, y1, x0, y0, sign);
    x0 = x1;
    y0 = y1;
  }
}

function addEdge(
  deltas: Float64Array,
  { left, columns, top, rows }: PixelBox,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  sign: number,
): void {
  const slope = (x1 - x0) / (y1 - y0);
  const stride = columns + 1;
  const first = Math.max(top, Math.floor(y0));
  const end = Math.min(top + rows, Math.ceil(y1));
  for (let row = first; row < end; row++) {
    const upper = Math.max(y0, row);
    const lower = Math.min(y1, row + 1);
    const a = (upper === y0 ? x0 : x0 + (upper - y0) * slope) - left;
    const b = (lower === y1 ? x1 : x0 + (lower - y0) * slope) - left;
    addAcross(deltas, (row - top) * stride, columns, Math.min(a, b), Math.max(a, b), sign * (lower - upper));
  }
}

/** An edge within one row, from `low` to `high` columns into the box, that spans `height` of the row. */
function addAcross(
  deltas: Float64Array,
  base: number,
  columns: number,
  low: number,
  high: number,
  height: number,
): void {
  if (low >= columns) return;
  if (high <= 0) {
    deltas[base]! += height;
    return;
  }
  const first = Math.floor(low);
  if (high <= first + 1) {
    const after = height * ((low + high) / 2 - first);
    deltas[base + first]! += height - after;
    deltas[base + first + 1]! += after;
    return;
  }
  const perColumn = height / (high - low);
  if (low < 0) deltas[base]! += perColumn * -low;
  const last = Math.min(columns, Math.ceil(high));
  for (let column = Math.max(0, first); column < last; column++) {
    const from = Math.max(low, column);
    const to = Math.min(high, column + 1);
    const part = perColumn * (to - from);
    const after = part * ((from + to) / 2 - column);
    deltas[base + column]! += part - after;
    deltas[base + column + 1]! += after;
  }
}

/** Nearer to a whole pixel than this the coverage is whole: what is left of rounding. */
const wholeTolerance = 1e-12;

/**
 * Turns the deltas of a box into the covered share of each pixel, and clears them.
 * @param least shares that are not larger become 0
 */
export function accumulate(
  deltas: Float64Array,
  { columns, rows }: PixelBox,
  least: number,
  shares: Float64Array,
): void {
  for (let row = 0, i = 0, k = 0; row < rows; row++, i++) {
    let covered = 0;
    for (let column = 0; column < columns; column++) {
      covered += deltas[i]!;
      deltas[i++] = 0;
      shares[k++] = covered > least ? (Math.abs(covered - 1) < wholeTolerance ? 1 : covered) : 0;
    }
    deltas[i] = 0;
  }
}
