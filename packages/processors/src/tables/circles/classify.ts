import type { Grid } from "@quadrat/core";
import { curvatureRadii } from "@quadrat/crs";
import { cellIndex, cellOf } from "../locate.js";
import { columnsOf } from "../../grid/longitudes.js";
import { areaWithin } from "./clip.js";
import { outliner, type Outline, type Plane } from "./outline.js";
import { columnsOfTurn, columnsWithin, shiftsOf } from "./spread.js";

const degree = Math.PI / 180;
/** Circles up to this size, and this far from the poles, are nearly ellipses on the grid. */
const small = 100_000;
const northernmost = 85;
/** Directions in which the extent of a small circle is measured, and by how much it may be larger. */
const directions = 8;
const slack = 1.15;
/** A circle is outside of the grid if less than this part of it is inside. */
const leastInside = 1e-9;

/** Points with their uncertainties, and where they are: as given, on the globe and on the grid. */
export interface Circles {
  readonly count: number;
  /** Degrees on WGS 84. */
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
  /** In the grid's CRS. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Metres; anything but a positive finite number: the point itself. */
  readonly radii: Float64Array;
}

/** What becomes of circles. */
export interface Classes {
  /** The cell in which a circle lies, or the one nearest to its centre; -1 outside the grid, -2 without an image. */
  readonly cells: Float64Array;
  /** The rows that a circle touches if it has to be divided, else NaN. */
  readonly tops: Float64Array;
  readonly bottoms: Float64Array;
  /** Records whose circles reach beyond the grid, and how many records are lost by that. */
  readonly cut: number;
  readonly lost: number;
}

export const outsideGrid = -1;
export const withoutImage = -2;

/** Finds for each circle the cell in which it lies, or the rows of the cells over which it is to be divided. */
export function classifier(plane: Plane): (circles: Circles) => Classes {
  const { grid } = plane;
  const outlineOf = outliner(plane);
  const turn = columnsOfTurn(grid);
  const columns = columnsWithin(grid, turn);

  /** How much of a circle is inside, 0 to 1, and its rows. */
  const measure = (outline: Outline): { inside: number; top: number; bottom: number } => {
    const { parts, area, places } = outline;
    if (places) {
      let inside = 0;
      for (let i = 0; i < places.xs.length; i++) {
        const [x, y] = [places.xs[i]!, places.ys[i]!];
        const column = turn === undefined ? x : x - Math.floor(x / turn) * turn;
        if (y >= 0 && y <= grid.height && column >= 0 && column <= columns) inside++;
      }
      return { inside: inside / area, top: 0, bottom: grid.height - 1 };
    }
    let inside = 0;
    let [top, bottom] = [Infinity, -Infinity];
    for (const part of parts) {
      for (const shift of shiftsOf(part, columns, turn)) {
        inside += areaWithin(part, columns, grid.height, shift);
      }
      top = Math.min(top, part.north);
      bottom = Math.max(bottom, part.south);
    }
    return {
      inside: inside / area,
      top: Math.max(0, Math.floor(top)),
      bottom: Math.min(grid.height - 1, Math.floor(bottom)),
    };
  };

  /** The cell of a place, or the one nearest to it; of a circle whose centre has no image, that of its first point. */
  const nearestCell = ({ parts, places }: Outline, x: number, y: number): number => {
    const { xs, ys } = places ?? parts[0]!;
    const at = places ? Math.max(0, xs.findIndex(Number.isFinite)) : 0;
    let column = Number.isFinite(x) ? (x - grid.x.first) / grid.x.step : xs[at]!;
    const row = Number.isFinite(y) ? (y - grid.y.first) / grid.y.step : ys[at]!;
    if (turn !== undefined) column -= turn * Math.round((column - grid.width / 2) / turn);
    const within = (value: number, count: number): number =>
      Math.min(Math.max(Math.floor(value), 0), count - 1);
    return within(row, grid.height) * grid.width + within(column, grid.width);
  };

  return ({ count, longitudes, latitudes, xs, ys, radii }) => {
    const cells = new Float64Array(count);
    const tops = new Float64Array(count).fill(NaN);
    const bottoms = new Float64Array(count).fill(NaN);
    let [cut, lost] = [0, 0];
    const extents = extentsOf(plane, { count, longitudes, latitudes, xs, ys, radii });
    for (let i = 0; i < count; i++) {
      const radius = radii[i]!;
      const [x, y] = [xs[i]!, ys[i]!];
      if (!(radius > 0 && radius < Infinity)) {
        cells[i] =
          Number.isFinite(x) && Number.isFinite(y) ? Math.max(outsideGrid, cellOf(grid, x, y)) : withoutImage;
        continue;
      }
      const extent = extents(i);
      const cell = extent && cellAround(grid, x, y, extent);
      if (cell !== undefined && cell >= outsideGrid) {
        cells[i] = cell;
        continue;
      }
      if (extent && cell !== undefined) {
        cells[i] = cellOf(grid, x, y);
        const [top, bottom] = rowsOf(grid, y, extent[1]);
        tops[i] = top;
        bottoms[i] = bottom;
        continue;
      }
      if (!Number.isFinite(longitudes[i]) || !Number.isFinite(latitudes[i])) {
        cells[i] = withoutImage;
        continue;
      }
      const outline = outlineOf(longitudes[i]!, latitudes[i]!, radius);
      const { inside, top, bottom } = measure(outline);
      if (inside < leastInside) {
        cells[i] = outsideGrid;
        continue;
      }
      if (inside < 1 - leastInside) {
        cut++;
        lost += 1 - inside;
      }
      cells[i] = nearestCell(outline, x, y);
      tops[i] = top;
      bottoms[i] = bottom;
    }
    return { cells, tops, bottoms, cut, lost };
  };
}

const inGrid = -3;

/**
 * The cell that contains a rectangle around a point, {@link outsideGrid} if none of the grid's does, `inGrid` if it lies in
 * several of them; undefined if it reaches beyond the grid.
 */
function cellAround(
  grid: Grid,
  x: number,
  y: number,
  [halfWidth, halfHeight]: readonly [number, number],
): number | undefined {
  const [north, south] = [cellIndex(grid.y, y + halfHeight), cellIndex(grid.y, y - halfHeight)];
  const [yLow, yHigh] = [grid.y.edge(grid.height), grid.y.edge(0)];
  if (y + halfHeight < yLow || y - halfHeight > yHigh) return outsideGrid;
  const places = columnsOf(grid);
  const isNear = places.some(({ from, to }) => x + halfWidth >= from && x - halfWidth <= to);
  if (!isNear) return outsideGrid;
  const holding = places.find(({ from, to }) => x - halfWidth >= from && x + halfWidth <= to);
  if (!holding || north < 0 || south < 0) return undefined;
  const [west, east] = [cellIndex(holding.axis, x - halfWidth), cellIndex(holding.axis, x + halfWidth)];
  if (west < 0 || east < 0) return undefined;
  return west === east && north === south ? north * grid.width + west : inGrid;
}

function rowsOf(grid: Grid, y: number, halfHeight: number): readonly [top: number, bottom: number] {
  return [cellIndex(grid.y, y + halfHeight), cellIndex(grid.y, y - halfHeight)];
}

/** Half the width and height of what small circles certainly lie in, on the grid; undefined for others. */
function extentsOf(
  { fromGlobe }: Plane,
  { count, longitudes, latitudes, xs, ys, radii }: Circles,
): (index: number) => readonly [halfWidth: number, halfHeight: number] | undefined {
  const borderX = new Float64Array(count * directions).fill(NaN);
  const borderY = new Float64Array(count * directions).fill(NaN);
  for (let i = 0; i < count; i++) {
    const [radius, latitude] = [radii[i]!, latitudes[i]!];
    if (!(radius > 0 && radius <= small && Math.abs(latitude) <= northernmost)) continue;
    const [meridian, across] = curvatureRadii(latitude * degree);
    const up = radius / meridian / degree;
    const right = radius / (across * Math.cos(latitude * degree)) / degree;
    for (let k = 0; k < directions; k++) {
      borderX[i * directions + k] = longitudes[i]! + right * sines[k]!;
      borderY[i * directions + k] = latitude + up * cosines[k]!;
    }
  }
  fromGlobe.transform(borderX, borderY);
  return (index) => {
    let [width, height] = [0, 0];
    for (let k = 0; k < directions; k++) {
      width = Math.max(width, Math.abs(borderX[index * directions + k]! - xs[index]!));
      height = Math.max(height, Math.abs(borderY[index * directions + k]! - ys[index]!));
    }
    // NaN where a point has no image; a jump over a seam is far wider than any small circle.
    return width < Infinity && height < Infinity ? [slack * width, slack * height] : undefined;
  };
}

const cosines = Float64Array.from({ length: directions }, (_, k) => Math.cos((2 * Math.PI * k) / directions));
const sines = Float64Array.from({ length: directions }, (_, k) => Math.sin((2 * Math.PI * k) / directions));
