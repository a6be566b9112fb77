/** Maps points in place; those without an image become NaN. */
export type PointMap = (xs: Float64Array, ys: Float64Array) => void;

/** A closed line; after the last point it goes on at the first. */
export interface Line {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** Times that edges are divided; beyond that the map has a break there. */
const mostPasses = 10;
const mostPieces = 64;
/** Points at which a line is not divided further, unless it had a fourth of them to begin with. */
const mostPoints = 1 << 19;
/** Where along an edge its image is compared with a straight line. */
const tests = [0.25, 0.5, 0.75] as const;

/**
 * Maps a closed line whose edges are straight before, with so many points that its image nowhere deviates from theirs by more than
 * the tolerance.
 * @param turn the period of x after the map, 0 without one: of two ways to the next point, the image goes the shorter one
 */
export function mapLine(line: Line, map: PointMap, tolerance: number, turn: number): Line {
  let { xs, ys } = line;
  let [mappedX, mappedY] = [xs.slice(), ys.slice()];
  map(mappedX, mappedY);
  let open: Uint8Array<ArrayBuffer> = new Uint8Array(xs.length).fill(1);
  for (let pass = 0; pass < mostPasses; pass++) {
    const pieces = piecesOf(xs, ys, mappedX, mappedY, open, map, tolerance, turn);
    if (!pieces) break;
    let total = 0;
    for (const count of pieces) total += count;
    if (total > Math.max(mostPoints, 4 * line.xs.length)) break;
    const [nextX, nextY] = [new Float64Array(total), new Float64Array(total)];
    const [nextMappedX, nextMappedY] = [new Float64Array(total), new Float64Array(total)];
    const nextOpen = new Uint8Array(total);
    const [newX, newY] = [new Float64Array(total - xs.length), new Float64Array(total - xs.length)];
    let [at, fresh] = [0, 0];
    for (let i = 0; i < xs.length; i++) {
      const to = i + 1 === xs.length ? 0 : i + 1;
      const count = pieces[i]!;
      for (let piece = 0; piece < count; piece++, at++) {
        const part = piece / count;
        nextX[at] = xs[i]! + part * (xs[to]! - xs[i]!);
        nextY[at] = ys[i]! + part * (ys[to]! - ys[i]!);
        nextOpen[at] = count > 1 ? 1 : 0;
        if (piece === 0) continue;
        newX[fresh] = nextX[at]!;
        newY[fresh++] = nextY[at]!;
      }
    }
    map(newX, newY);
    [at, fresh] = [0, 0];
    for (let i = 0; i < xs.length; i++) {
      nextMappedX[at] = mappedX[i]!;
      nextMappedY[at++] = mappedY[i]!;
      for (let piece = 1; piece < pieces[i]!; piece++, fresh++) {
        nextMappedX[at] = newX[fresh]!;
        nextMappedY[at++] = newY[fresh]!;
      }
    }
    [xs, ys, mappedX, mappedY, open] = [nextX, nextY, nextMappedX, nextMappedY, nextOpen];
  }
  return { xs: mappedX, ys: mappedY };
}

/** Into how many pieces each edge is to be divided; undefined if none is. */
function piecesOf(
  xs: Float64Array,
  ys: Float64Array,
  mappedX: Float64Array,
  mappedY: Float64Array,
  open: Uint8Array,
  map: PointMap,
  tolerance: number,
  turn: number,
): Uint8Array | undefined {
  const count = xs.length;
  let edges = 0;
  for (let i = 0; i < count; i++) edges += open[i]!;
  if (edges === 0) return undefined;
  const [testX, testY] = [new Float64Array(edges * tests.length), new Float64Array(edges * tests.length)];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (open[i] === 0) continue;
    const to = i + 1 === count ? 0 : i + 1;
    for (const part of tests) {
      testX[at] = xs[i]! + part * (xs[to]! - xs[i]!);
      testY[at++] = ys[i]! + part * (ys[to]! - ys[i]!);
    }
  }
  map(testX, testY);
  const pieces = new Uint8Array(count).fill(1);
  let isDivided = false;
  at = 0;
  for (let i = 0; i < count; i++) {
    if (open[i] === 0) continue;
    const to = i + 1 === count ? 0 : i + 1;
    const [x0, y0] = [mappedX[i]!, mappedY[i]!];
    const across = short(mappedX[to]! - x0, turn);
    const along = mappedY[to]! - y0;
    let most = 0;
    let missing = Number.isNaN(across + along) ? 1 : 0;
    for (let test = 0; test < tests.length; test++, at++) {
      const deviation = distance(short(testX[at]! - x0, turn), testY[at]! - y0, across, along);
      if (Number.isNaN(deviation)) missing++;
      else most = Math.max(most, deviation);
    }
    const isGone = missing > tests.length;
    const wanted =
      missing > 0 ? (isGone ? 1 : 2) : most <= tolerance ? 1 : Math.ceil(1.1 * Math.sqrt(most / tolerance));
    pieces[i] = Math.min(mostPieces, wanted);
    isDivided ||= wanted > 1;
  }
  return isDivided ? pieces : undefined;
}

/** A difference of two x the shorter way round. */
export function short(difference: number, turn: number): number {
  return turn === 0 ? difference : difference - turn * Math.round(difference / turn);
}

/** From a point to the segment from the origin to `(across, along)`. */
function distance(x: number, y: number, across: number, along: number): number {
  const length = across * across + along * along;
  const part = length === 0 ? 0 : Math.max(0, Math.min(1, (x * across + y * along) / length));
  return Math.hypot(x - part * across, y - part * along);
}
