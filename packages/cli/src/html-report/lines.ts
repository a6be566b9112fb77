import { geoIdentity, geoPath } from "d3-geo";
import { frameWidth, type Frame } from "./frame.js";

/** Longitudes and latitudes in degrees. */
export type Line = readonly (readonly [lon: number, lat: number])[];

/** Degrees between two points of a line on a projected map. */
const fineDegrees = 1;

/** Lines drawn smaller than this are left out, in thousandths of the frame's width. */
const tolerance = 0.8;

/** Draws lines of the globe into a frame: an SVG path, cut at its edges and where the map is cut. */
export function pathOf(lines: readonly Line[], frame: Frame): string {
  const pieces = lines.flatMap((line) => piecesOf(line, frame));
  const coordinates = pieces.map(simplified).filter((piece) => piece.length > 1);
  const clip = geoIdentity().clipExtent([
    [0, 0],
    [frameWidth, frame.height],
  ]);
  return geoPath(clip).digits(1)({ type: "MultiLineString", coordinates }) ?? "";
}

export type Piece = [number, number][];

/** A line in the frame's units: x from 0 to 1,000, y downwards. */
export function piecesOf(line: Line, frame: Frame): Piece[] {
  return projected(line, frame, longestStep(frame)).flatMap((piece) => wrapped(piece, frame));
}

/** A line in the frame's units, broken where it leaves the map's domain or jumps across it. */
function projected(line: Line, frame: Frame, most: number): Piece[] {
  const { toGrid, turn } = frame;
  if (!toGrid) return [];
  const points = turn === undefined ? densified(line) : line;
  const xs = Float64Array.from(points, ([lon]) => lon);
  const ys = Float64Array.from(points, ([, lat]) => lat);
  toGrid.transform(xs, ys);
  const pieces: Piece[] = [];
  let piece: Piece = [];
  const end = (): void => {
    if (piece.length > 1) pieces.push(piece);
    piece = [];
  };
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(xs[i]!) || !Number.isFinite(ys[i]!)) {
      end();
      continue;
    }
    // On a map of longitudes a line goes on beyond the end; pieces are repeated by turns afterwards.
    let x = xs[i]!;
    const before = i > 0 && piece.length > 0 ? xs[i - 1]! : undefined;
    if (turn !== undefined && before !== undefined) x -= turn * Math.round((x - before) / turn);
    xs[i] = x;
    const point = place(x, ys[i]!, frame);
    const last = piece.at(-1);
    if (turn === undefined && last && Math.hypot(point[0] - last[0], point[1] - last[1]) > most) end();
    piece.push(point);
  }
  end();
  return pieces;
}

function place(x: number, y: number, { xmin, ymin, xmax, ymax, height }: Frame): [number, number] {
  return [((x - xmin) / (xmax - xmin)) * frameWidth, ((ymax - y) / (ymax - ymin)) * height];
}

/** Neighbours on a projected map that are further apart lie on two sides of where a map of the globe is cut. */
function longestStep(frame: Frame): number {
  if (!frame.toGlobe || frame.turn !== undefined) return Infinity;
  const degree = (frameWidth / (frame.xmax - frame.xmin)) * unitsOfDegree(frame);
  return Math.max(12 * fineDegrees * degree, frameWidth / 20);
}

/** A degree at the scale of the grid's middle, in its units. */
function unitsOfDegree({ xmin, ymin, xmax, ymax, toGlobe }: Frame): number {
  const step = Math.max(xmax - xmin, ymax - ymin) * 1e-3;
  const [x, y] = [(xmin + xmax) / 2, (ymin + ymax) / 2];
  const [xs, ys] = [Float64Array.of(x, x + step), Float64Array.of(y, y)];
  toGlobe!.transform(xs, ys);
  const degrees = Math.hypot((xs[1]! - xs[0]!) * Math.cos((ys[0]! * Math.PI) / 180), ys[1]! - ys[0]!);
  return degrees > 0 ? step / degrees : xmax - xmin;
}

/** The copies of a piece that the frame may show: a map of longitudes may begin anywhere. */
function wrapped(piece: Piece, { turn, xmin, xmax }: Frame): Piece[] {
  if (turn === undefined) return [piece];
  const shift = (frameWidth * turn) / (xmax - xmin);
  const xs = piece.map(([x]) => x);
  const [least, greatest] = [Math.min(...xs), Math.max(...xs)];
  const copies: Piece[] = [];
  for (let n = Math.ceil(-greatest / shift); n * shift + least <= frameWidth; n++)
    copies.push(piece.map(([x, y]) => [x + n * shift, y]));
  return copies;
}

function densified(line: Line): Line {
  return line.flatMap((point, index) => {
    const before = line[index - 1];
    if (!before) return [point];
    // The shorter way round: coasts go on across the antimeridian.
    const lon = point[0] - before[0] - 360 * Math.round((point[0] - before[0]) / 360);
    const lat = point[1] - before[1];
    const parts = Math.max(1, Math.ceil(Math.max(Math.abs(lon), Math.abs(lat)) / fineDegrees));
    return Array.from({ length: parts }, (_, part): [number, number] => [
      before[0] + (lon * (part + 1)) / parts,
      before[1] + (lat * (part + 1)) / parts,
    ]);
  });
}

/** Without the points that are nearer to the one before than can be seen. */
function simplified(piece: Piece): Piece {
  let last: readonly [number, number] | undefined;
  return piece.filter((point, index) => {
    const keep =
      !last || index === piece.length - 1 || Math.hypot(point[0] - last[0], point[1] - last[1]) > tolerance;
    if (keep) last = point;
    return keep;
  });
}
