import type { Grid } from "@quadrat/core";
import { ringMeter } from "./curved-ring.js";
import { domainEdge } from "./domain-edge.js";
import type { PolarPlane } from "./polar-plane.js";

/** Parts of a side of a rectangle, and of one that may only be touched by the edge of the world. */
const parts = 16;
const manyParts = 64;

/** How often a rectangle is divided into four at most. */
const mostTimes = 9;

/** Two estimates of an area that differ by more than this fraction of the cell are not good enough. */
const agreement = 1e-8;

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The area of a cell that is only partly inside of the domain of the grid's system, or whose outline bends much: it is divided
 * until each part is simple. NaN if nothing of it is inside.
 * @param isMet whether a part of the cell is known to be inside
 */
export type CutAreas = (row: number, column: number, isMet: boolean) => number;

export function cutAreas(grid: Grid, plane: PolarPlane): CutAreas {
  const edgeOf = domainEdge(plane);
  const measure = ringMeter();

  const areaOf = (rectangle: Rectangle, times: number, whole: number, parts: number): number => {
    const { xs, ys } = outlineOf(rectangle, parts);
    const count = xs.length;
    const isIn = plane.inside(xs.slice(), ys.slice());
    const inside = isIn.reduce((sum, own) => sum + own, 0);
    if (inside === count) {
      const line = Array.from({ length: count }, (_, i) => i);
      const { area, coarse } = measure(plane.points(xs, ys), line);
      const total = whole > 0 ? whole : area;
      if (times === 0 || Math.abs(area - coarse) <= agreement * total) return area;
      return divided(rectangle, times, total);
    }
    if (inside === 0 && !hasCentre(rectangle, plane)) return 0;
    const changes = isIn.filter((own, i) => own !== isIn[(i + 1) % count]).length;
    if (changes === 2) {
      const area = edgeOf({ xs, ys, isIn });
      if (area !== undefined) return area;
    }
    return times > 0 ? divided(rectangle, times, whole) : 0;
  };

  const divided = ({ left, top, right, bottom }: Rectangle, times: number, whole: number): number => {
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return [
      { left, top, right: x, bottom: y },
      { left: x, top, right, bottom: y },
      { left, top: y, right: x, bottom },
      { left: x, top: y, right, bottom },
    ].reduce((sum, part) => sum + areaOf(part, times - 1, whole, parts), 0);
  };

  return (row, column, isMet) => {
    const [left, right] = [grid.x.edge(column), grid.x.edge(column + 1)];
    const [top, bottom] = [grid.y.edge(row), grid.y.edge(row + 1)];
    const cell = { left, top, right, bottom };
    if (!isMet && !mayTouch(cell, plane)) return NaN;
    // The edge of the world may bulge into a side between two points.
    const area = areaOf(cell, mostTimes, 0, isMet ? parts : manyParts);
    return area > 0 ? area : NaN;
  };
}

/** The outline clockwise from its first corner: corners of parts, and the middles between them. */
function outlineOf(
  { left, top, right, bottom }: Rectangle,
  parts: number,
): { readonly xs: Float64Array; readonly ys: Float64Array } {
  const steps = 2 * parts;
  const [xs, ys] = [new Float64Array(4 * steps), new Float64Array(4 * steps)];
  for (let step = 0; step < steps; step++) {
    const [x, y] = [((right - left) * step) / steps, ((bottom - top) * step) / steps];
    [xs[step], ys[step]] = [left + x, top];
    [xs[steps + step], ys[steps + step]] = [right, top + y];
    [xs[2 * steps + step], ys[2 * steps + step]] = [right - x, bottom];
    [xs[3 * steps + step], ys[3 * steps + step]] = [left, bottom - y];
  }
  return { xs, ys };
}

function hasCentre({ left, top, right, bottom }: Rectangle, plane: PolarPlane): boolean {
  return plane.inside(Float64Array.of((left + right) / 2), Float64Array.of((top + bottom) / 2))[0] === 1;
}

/** Whether the centre of the cell is inside of the domain, or a corner of one around it. */
function mayTouch({ left, top, right, bottom }: Rectangle, plane: PolarPlane): boolean {
  const [width, height] = [right - left, bottom - top];
  const [xs, ys] = [new Float64Array(17), new Float64Array(17)];
  [xs[16], ys[16]] = [(left + right) / 2, (top + bottom) / 2];
  for (let i = 0; i < 16; i++) {
    xs[i] = left + ((i % 4) - 1) * width;
    ys[i] = top + (Math.floor(i / 4) - 1) * height;
  }
  return plane.inside(xs, ys).includes(1);
}
