import { QuadratError, type Bounds, type Grid } from "@quadrat/core";
import type { GridConfig } from "@quadrat/core/host";
import type { Crs } from "@quadrat/crs";

/**
 * Grows bounds outwards to multiples of the resolution, as `gdalwarp -tap` does. Where that would pass a pole the rows
 * are counted from the pole instead.
 */
export function wholeCells(bounds: Bounds, [dx, dy]: readonly [number, number], crs: Crs): Bounds {
  const [xmin, ymin, xmax, ymax] = bounds;
  const west = decimal(Math.floor(xmin / dx + slack) * dx);
  const east = decimal(Math.ceil(xmax / dx - slack) * dx);
  let south = decimal(Math.floor(ymin / dy + slack) * dy);
  let north = decimal(Math.ceil(ymax / dy - slack) * dy);
  if (hasPoles(crs) && north > 90 && ymax <= 90) {
    north = 90;
    south = decimal(90 - Math.ceil((90 - ymin) / dy - slack) * dy);
  } else if (hasPoles(crs) && south < -90 && ymin >= -90) {
    south = -90;
    north = decimal(-90 + Math.ceil((ymax + 90) / dy - slack) * dy);
  }
  return [west, south, east, north];
}

/** Whether y is a latitude in degrees. */
export function hasPoles({ isGeographic, unit }: Crs): boolean {
  return isGeographic && unit === "degree";
}

/** Refuses cells that extend beyond a pole although the bounds, or the inputs, do not. */
export function refuseBeyondPole(grid: Grid, ymin: number, ymax: number, config: GridConfig, crs: Crs): void {
  if (!hasPoles(crs) || ymin < -90 || ymax > 90) return;
  const [, south, , north] = grid.bounds;
  const beyond = south < -90 ? south : north > 90 ? north : undefined;
  if (beyond === undefined) return;
  const [, step] = config.resolution!;
  const rows = Math.floor(decimal((ymax - ymin) / step));
  const fitting = decimal((ymax - ymin) / Math.max(1, Math.round((ymax - ymin) / step)));
  const shorter = rows > 0 ? `, or ymin: ${decimal(ymax - rows * step)}` : "";
  throw new QuadratError(
    "usage",
    `rows of ${step} from latitude ${ymax} to ${ymin} are not a whole number: the last would end at ${beyond}, beyond the pole`,
    {
      hint: `give a resolution that divides ${decimal(ymax - ymin)}, such as ${fitting}${shorter}`,
      place: { key: config.bounds === "auto" ? "grid.resolution" : "grid.bounds" },
    },
  );
}

/** The fraction of a cell that counts as noise. */
const slack = 1e-9;

function decimal(value: number): number {
  return Number(value.toPrecision(15));
}
