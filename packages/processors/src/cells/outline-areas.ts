import type { Grid } from "@quadrat/core";
import type { Crs } from "@quadrat/crs";
import { curvedArea, poleOf } from "./curved-ring.js";
import { cutAreas } from "./cut-areas.js";
import { polarPlane } from "./polar-plane.js";

/** Points between two corners of a cell are one fewer: an even number of parts, each of which has a middle. */
const parts = 4;

/** Cells of a row whose outlines are followed together. */
const cellsAtOnce = 256;

/** Two estimates of an area that differ by more than this fraction are not good enough. */
const agreement = 1e-6;

/**
 * Fills `areas` with the areas of cells `[first, first + areas.length)` of a row, in square metres on the ellipsoid: their
 * outlines are followed into a plane that keeps areas. Of a cell that the edge of the world cuts it is the part inside; NaN where
 * there is none.
 */
export type OutlineAreas = (row: number, first: number, areas: Float64Array) => void;

export function outlineAreas(grid: Grid, crs: Crs): OutlineAreas {
  const plane = polarPlane(crs);
  const cut = cutAreas(grid, plane);
  const some = (row: number, first: number, areas: Float64Array): void => {
    const count = areas.length;
    const along = count * parts + 1;
    const between = parts - 1;
    const total = 2 * along + (count + 1) * between;
    const [xs, ys] = [new Float64Array(total), new Float64Array(total)];
    const [top, bottom] = [grid.y.edge(row), grid.y.edge(row + 1)];
    for (let cell = 0; cell <= count; cell++) {
      const left = grid.x.edge(first + cell);
      const width = cell < count ? grid.x.edge(first + cell + 1) - left : 0;
      for (let part = 0; part < (cell < count ? parts : 1); part++) {
        const at = cell * parts + part;
        xs[at] = xs[along + at] = left + (width * part) / parts;
        ys[at] = top;
        ys[along + at] = bottom;
      }
      for (let part = 1; part < parts; part++) {
        const at = 2 * along + cell * between + part - 1;
        xs[at] = left;
        ys[at] = top + ((bottom - top) * part) / parts;
      }
    }
    const points = plane(xs, ys);
    const line: number[] = [];
    for (let cell = 0; cell < count; cell++) {
      line.length = 0;
      const [north, south] = [cell * parts, along + cell * parts];
      const [west, east] = [2 * along + cell * between, 2 * along + (cell + 1) * between];
      for (let part = 0; part < parts; part++) line.push(north + part);
      line.push(north + parts);
      for (let part = 0; part < between; part++) line.push(east + part);
      for (let part = parts; part > 0; part--) line.push(south + part);
      line.push(south);
      for (let part = between - 1; part >= 0; part--) line.push(west + part);
      if (!line.every((point) => points.has(point))) {
        areas[cell] = cut(row, first + cell);
        continue;
      }
      const pole = poleOf(points, line);
      const fine = Math.abs(curvedArea(points, line, pole));
      const coarse = Math.abs(
        curvedArea(
          points,
          line.filter((_, index) => index % 2 === 0),
          pole,
        ),
      );
      areas[cell] = Math.abs(fine - coarse) <= agreement * fine ? fine : cut(row, first + cell);
    }
  };
  return (row, first, areas) => {
    for (let from = 0; from < areas.length; from += cellsAtOnce)
      some(row, first + from, areas.subarray(from, from + cellsAtOnce));
  };
}
