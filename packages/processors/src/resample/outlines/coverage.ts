/**
 * Adds what a ring's edges contribute to the coverage of the pixels of a box: columns `[left, left + columns)`, rows `[top,
 * top + rows)`. In the pixels that it crosses, every edge adds the change of coverage from each pixel to the next on its
 * row, so that {@link accumulate} finds the covered area of every pixel, exactly except for rounding. Font rasterisers work
 * in this way. The contribution of an edge to a row does not depend on the other rows of the box.
 *
 * This is a single function because numbers passed to another function may have to be allocated, as may numbers that are
 * integers on only one branch.
 * @param deltas `rows` times `columns + 1` numbers
 * @param from the ring's points are those from `from` to `to`
 * @param sign that of the ring's area
 * @param before the point before the first one: the last one, unless the points are a part of a ring
 */
export function addRing(
  deltas: Float64Array,
  xs: Float64Array,
  ys: Float64Array,
  from: number,
  to: number,
  shiftX: number,
  shiftY: number,
  sign: 1 | -1,
  left: number,
  columns: number,
  top: number,
  rows: number,
  before = to - 1,
): void {
  const stride = (columns + 1) | 0;
  const bottom = (top + rows) | 0;
  let xBefore = xs[before]! + shiftX;
  let yBefore = ys[before]! + shiftY;
  for (let i = from; i < to; i++) {
    const xHere = xs[i]! + shiftX;
    const yHere = ys[i]! + shiftY;
    const down = yBefore < yHere;
    const x0 = down ? xBefore : xHere;
    const y0 = down ? yBefore : yHere;
    const x1 = down ? xHere : xBefore;
    const y1 = down ? yHere : yBefore;
    const direction = down ? -sign : sign;
    xBefore = xHere;
    yBefore = yHere;
    if (y0 === y1 || y0 >= bottom || y1 <= top) continue;
    const first = y0 > top ? Math.floor(y0) | 0 : top;
    const end = y1 < bottom ? Math.ceil(y1) | 0 : bottom;
    const slope = y0 < first || y1 > first + 1 ? (x1 - x0) / (y1 - y0) : 0;
    for (let row = first, base = ((first - top) * stride) | 0; row < end; row++, base += stride) {
      const upper = Math.max(y0, row);
      const lower = Math.min(y1, row + 1);
      const a = (upper === y0 ? x0 : x0 + (upper - y0) * slope) - left;
      const b = (lower === y1 ? x1 : x0 + (lower - y0) * slope) - left;
      const low = Math.min(a, b);
      const high = Math.max(a, b);
      const height = direction * (lower - upper);
      if (low >= columns) continue;
      if (high <= 0) {
        deltas[base]! += height;
        continue;
      }
      const floor = Math.floor(low);
      if (high <= floor + 1) {
        const at = (base + floor) | 0;
        const after = height * ((low + high) / 2 - floor);
        deltas[at]! += height - after;
        deltas[at + 1]! += after;
        continue;
      }
      const perColumn = height / (high - low);
      if (low < 0) deltas[base]! += perColumn * -low;
      const last = high < columns ? Math.ceil(high) | 0 : columns;
      for (let column = low < 0 ? 0 : floor | 0; column < last; column++) {
        const start = Math.max(low, column);
        const stop = Math.min(high, column + 1);
        const part = perColumn * (stop - start);
        const after = part * ((start + stop) / 2 - column);
        deltas[base + column]! += part - after;
        deltas[base + column + 1]! += after;
      }
    }
  }
}

/** Pixels count as not touched if the cell covers no more than this fraction of the pixel, or of its own area. */
export const leastFraction = 1e-6;
/** Coverage nearer to a whole pixel than this counts as whole: the difference is rounding. */
const wholeTolerance = 1e-12;

/**
 * Turns the deltas of a box into the coverage fraction of each pixel, and clears them.
 * @param least coverage fractions not larger than the number in it become 0
 */
export function accumulate(
  deltas: Float64Array,
  columns: number,
  rows: number,
  least: Float64Array,
  fractions: Float64Array,
): void {
  const limit = least[0]!;
  for (let row = 0, i = 0, k = 0; row < rows; row++, i++) {
    let covered = 0;
    for (let column = 0; column < columns; column++) {
      covered += deltas[i]!;
      deltas[i++] = 0;
      fractions[k++] = covered > limit ? (Math.abs(covered - 1) < wholeTolerance ? 1 : covered) : 0;
    }
    deltas[i] = 0;
  }
}
