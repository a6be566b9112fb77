import type { Bounds, Grid, RasterSource } from "@quadrat/core/base";
import { createTransform, hasLongitudes, parseCrs } from "@quadrat/crs";
import { Coverer } from "../ranges/cells/cover.js";
import { shapeOf, type Shape } from "../ranges/cells/shape.js";
import { shiftsOf } from "../ranges/rasterise.js";
import { createPlacer, type Frame } from "../ranges/shapes/place.js";
import { ExactSum } from "./exact-sum.js";
import { infinite, type SourceTotal } from "./row-sums.js";

/** Pixels whose weights are held at once, unless a row has more. */
const chunkPixels = 1 << 19;
/** Points on each side of the outline to begin with. */
const sidePoints = 64;
/** By how much, in pixels, the outline may deviate from its image. */
const tolerance = 1e-7;
/** Rows and columns at whose crossings the outline is verified. */
const samples = 32;

const leaving = "the outline of the grid leaves the raster's coordinate system";
const unknownOutline = "the outline of the grid is not a line in the raster's coordinate system";

/**
 * The total of a raster inside a grid in another coordinate system: each pixel by the fraction of it that lies within the outline of
 * the grid, which is brought into the raster's pixels as a polygon would be.
 */
export class OutlineTotal {
  readonly source: RasterSource;
  readonly #grid: Grid;
  readonly #outline: Outline | string;
  #rows: readonly [first: number, end: number] = [0, 0];

  constructor(raster: RasterSource, crs: string, grid: Grid) {
    this.source = raster;
    this.#grid = grid;
    this.#outline = outlineOf(raster, crs, grid);
  }

  /** Begins with a share of the pixels like that of rows `[rowStart, rowEnd)` in the grid. */
  begin(rowStart: number, rowEnd: number): void {
    const rowOf = (row: number): number => Math.floor((row / this.#grid.height) * this.source.height);
    this.#rows = [rowOf(rowStart), rowOf(rowEnd)];
  }

  async end(): Promise<SourceTotal> {
    const outline = this.#outline;
    if (typeof outline === "string") return { parts: [], magnitude: 0, unknown: outline };
    const { width } = this.source;
    const [first, end] = this.#rows;
    const total = new ExactSum();
    let magnitude = 0;
    const step = Math.max(1, Math.floor(chunkPixels / width));
    for (let top = first; top < end; top += step) {
      const bottom = Math.min(end, top + step);
      const weights = outline.weights(top, bottom);
      if (!weights) return { parts: [], magnitude: 0, unknown: unknownOutline };
      const { left, right, rows, fractions } = weights;
      if (right <= left || rows[1] <= rows[0]) continue;
      const window = { col: left, row: rows[0], width: right - left, height: rows[1] - rows[0] };
      const { data } = await this.source.read(window);
      for (let row = 0; row < window.height; row++) {
        let [sum, rest] = [0, 0];
        const at = (rows[0] + row - top) * width + left;
        for (let column = 0; column < window.width; column++) {
          const value = data[row * window.width + column]!;
          const fraction = fractions[at + column]!;
          if (value !== value || fraction === 0) continue;
          const term = value * fraction;
          const next = sum + term;
          rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
          sum = next;
          magnitude += Math.abs(term);
        }
        if (!Number.isFinite(sum + rest)) return { parts: [], magnitude: 0, unknown: infinite };
        total.add(sum);
        total.add(rest);
      }
    }
    return { parts: total.parts, magnitude };
  }
}

interface Weights {
  /** The columns and rows outside of which all fractions are 0. */
  readonly left: number;
  readonly right: number;
  readonly rows: readonly [first: number, end: number];
  /** Of whole rows of the raster. */
  readonly fractions: Float64Array;
}

interface Outline {
  /** Undefined if what the outline says of a pixel is not where that pixel is. */
  weights(top: number, bottom: number): Weights | undefined;
}

/** The outline, or why there is none. */
function outlineOf(raster: RasterSource, crs: string, grid: Grid): Outline | string {
  const { width, height } = raster;
  const { a, b, c, d, e, f } = raster.affine;
  if (b !== 0 || d !== 0 || a < 0) return "the raster's columns do not run eastward";
  const isFlipped = e > 0;
  const [north, south] = isFlipped ? [f + e * height, f] : [f, f + e * height];
  const frame: Frame = {
    ...{ crs, width, height },
    bounds: [c, south, c + a * width, north],
    x: { first: c, step: a },
    y: { first: north, step: -Math.abs(e) },
  };
  const ring = ringOf(grid.bounds);
  const [xs, ys] = [ring.xs.slice(), ring.ys.slice()];
  createTransform(parseCrs(grid.crs), parseCrs(crs)).transform(xs, ys);
  if (![...xs, ...ys].every(Number.isFinite)) return leaving;
  const placer = createPlacer(grid.crs, frame, tolerance);
  const placed = placer.place(ring, [1]);
  if (placer.cut > 0) return leaving;
  const isInside = insideOf(grid, crs);
  return {
    weights(top, bottom) {
      const [first, end] = isFlipped ? [height - bottom, height - top] : [top, bottom];
      const fractions = new Float64Array((bottom - top) * width);
      let [left, right, upper, lower] = [width, 0, bottom, top];
      if (placed) {
        const shape = moved(placed.shape, first);
        const rows = { width, height: end - first };
        const coverer = new Coverer(rows);
        for (const shift of shiftsOf(shape, rows, placer.turn)) {
          coverer.cover(shape, placed.fills, shift, (at, from, to, fraction) => {
            const row = isFlipped ? bottom - top - 1 - at : at;
            for (let i = row * width + from; i < row * width + to; i++) fractions[i]! += fraction;
            left = Math.min(left, from);
            right = Math.max(right, to);
            upper = Math.min(upper, top + row);
            lower = Math.max(lower, top + row + 1);
          });
        }
      }
      const fractionAt = (row: number, column: number): number => fractions[(row - top) * width + column]!;
      for (let row = top; row < bottom; row++) {
        if (row % Math.ceil(height / samples) !== Math.floor(Math.ceil(height / samples) / 2)) continue;
        if (!agrees(raster, row, fractionAt, isInside)) return undefined;
      }
      return { left, right, rows: [upper, lower], fractions };
    },
  };
}

function moved({ xs, ys, starts }: Shape, first: number): Shape {
  return shapeOf(
    xs,
    ys.map((y) => y - first),
    starts,
  );
}

function ringOf([xmin, ymin, xmax, ymax]: Bounds) {
  const corners = [
    [xmin, ymin],
    [xmax, ymin],
    [xmax, ymax],
    [xmin, ymax],
  ] as const;
  const points = corners.flatMap(([x, y], side) => {
    const [toX, toY] = corners[(side + 1) % 4]!;
    return Array.from({ length: sidePoints }, (_, i) => [
      x + ((toX - x) * i) / sidePoints,
      y + ((toY - y) * i) / sidePoints,
    ]);
  });
  return {
    xs: Float64Array.from(points, ([x]) => x!),
    ys: Float64Array.from(points, ([, y]) => y!),
    starts: Int32Array.of(0, points.length),
    outlines: undefined,
  };
}

type Inside = (xs: Float64Array, ys: Float64Array) => boolean[];

/** Whether points of the raster's coordinate system lie in the bounds of the grid. */
function insideOf({ crs, bounds }: Grid, own: string): Inside {
  const [from, to] = [parseCrs(own), parseCrs(crs)];
  const [xmin, ymin, xmax, ymax] = bounds;
  const transform = createTransform(from, to);
  const turn = hasLongitudes(to) ? (2 * Math.PI) / to.definition.unitFactor : 0;
  return (xs, ys) => {
    if (!transform.identity) transform.transform(xs, ys);
    return Array.from(xs, (x, i) => {
      const moved = turn === 0 ? x : x - turn * Math.floor((x - xmin) / turn);
      return moved >= xmin && moved <= xmax && ys[i]! >= ymin && ys[i]! <= ymax;
    });
  };
}

/** Whether pixels of a row that are entirely covered, or not at all, have their centres inside, or outside. */
function agrees(
  { width, affine: { a, c, e, f } }: RasterSource,
  row: number,
  fractionAt: (row: number, column: number) => number,
  isInside: Inside,
): boolean {
  const step = Math.ceil(width / samples);
  const columns = Array.from({ length: Math.ceil(width / step) }, (_, i) =>
    Math.min(width - 1, i * step + Math.floor(step / 2)),
  );
  const inside = isInside(
    Float64Array.from(columns, (column) => c + a * (column + 0.5)),
    new Float64Array(columns.length).fill(f + e * (row + 0.5)),
  );
  return columns.every((column, i) => {
    const fraction = fractionAt(row, column);
    return fraction > 1 + 1e-9 ? false : fraction >= 1 ? inside[i]! : fraction > 0 || !inside[i]!;
  });
}
