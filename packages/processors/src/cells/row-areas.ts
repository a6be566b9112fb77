import type { Grid } from "@quadrat/core";
import { globeOf, type Crs } from "@quadrat/crs";

/**
 * The area of a cell by its row, in square metres, for a grid of longitudes and latitudes: parallels and meridians bound its
 * cells. Of a cell across a pole it is the part on the globe; NaN where there is none.
 */
export function rowAreas(grid: Grid, crs: Crs): (row: number) => number {
  const { radius, zone } = globeOf(crs);
  const { unitFactor } = crs.definition;
  const width = Math.abs(grid.x.step) * unitFactor * radius * radius;
  return (row) => {
    const [one, other] = [grid.y.edge(row), grid.y.edge(row + 1)].map((y) => within(y * unitFactor));
    if (one === other) return NaN;
    return width * Math.abs(zone(Math.sin(one!)) - zone(Math.sin(other!)));
  };
}

function within(latitude: number): number {
  return Math.max(-Math.PI / 2, Math.min(Math.PI / 2, latitude));
}
