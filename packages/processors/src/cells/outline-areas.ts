import type { Grid } from "@quadrat/core";
import type { Crs } from "@quadrat/crs";
import { ringMeter } from "./curved-ring.js";
import { cutAreas } from "./cut-areas.js";
import { polarPlane } from "./polar-plane.js";

/** Parts of a side of a cell: corners of parts and the middles between them alternate. */
const parts = 4;
const between = parts - 1;

/** Cells of a row whose outlines are followed together. */
const cellsAtOnce = 128;

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
  const measure = ringMeter();
  const line = new Int32Array(4 * parts);
  const some = (row: number, first: number, areas: Float64Array): void => {
    const count = areas.length;
    const points = plane.points(...outlinesOf(grid, row, first, count));
    const { sines } = points;
    for (let cell = 0; cell < count; cell++) {
      lineAround(line, cell, count);
      let inside = 0;
      for (const point of line) if (!Number.isNaN(sines[point])) inside++;
      if (inside < line.length) {
        areas[cell] = cut(row, first + cell, inside > 0);
        continue;
      }
      const { area, coarse } = measure(points, line);
      areas[cell] = Math.abs(area - coarse) <= agreement * area ? area : cut(row, first + cell, true);
    }
  };
  return (row, first, areas) => {
    for (let from = 0; from < areas.length; from += cellsAtOnce)
      some(row, first + from, areas.subarray(from, from + cellsAtOnce));
  };
}

/** Points along the northern sides of cells, along their southern sides, and between these from one to the next column. */
function outlinesOf(grid: Grid, row: number, first: number, count: number): [Float64Array, Float64Array] {
  const along = count * parts + 1;
  const total = 2 * along + (count + 1) * between;
  const [xs, ys] = [new Float64Array(total), new Float64Array(total)];
  const [top, bottom] = [grid.y.edge(row), grid.y.edge(row + 1)];
  ys.fill(top, 0, along).fill(bottom, along, 2 * along);
  let left = grid.x.edge(first);
  for (let cell = 0; cell <= count; cell++) {
    const right = cell < count ? grid.x.edge(first + cell + 1) : left;
    for (let part = 0; part < (cell < count ? parts : 1); part++) {
      const at = cell * parts + part;
      xs[at] = xs[along + at] = left + ((right - left) * part) / parts;
    }
    for (let part = 1; part < parts; part++) {
      const at = 2 * along + cell * between + part - 1;
      xs[at] = left;
      ys[at] = top + ((bottom - top) * part) / parts;
    }
    left = right;
  }
  return [xs, ys];
}

/** The numbers of the points around a cell, clockwise from its north-western corner. */
function lineAround(line: Int32Array, cell: number, count: number): void {
  const along = count * parts + 1;
  const [north, south] = [cell * parts, along + cell * parts];
  const [west, east] = [2 * along + cell * between, 2 * along + (cell + 1) * between];
  for (let part = 0; part < parts; part++) {
    line[part] = north + part;
    line[2 * parts + part] = south + parts - part;
  }
  line[parts] = north + parts;
  line[3 * parts] = south;
  for (let part = 1; part < parts; part++) {
    line[parts + part] = east + part - 1;
    line[3 * parts + part] = west + between - part;
  }
}
