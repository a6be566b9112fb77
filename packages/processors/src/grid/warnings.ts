import type { Bounds, Grid, Progress } from "@quadrat/core";
import type { GridConfig } from "@quadrat/core/host";
import type { OpenInput } from "../inputs/open-input.js";
import { hasPoles } from "./whole-cells.js";
import { parseCrs } from "@quadrat/crs";

/** Warns about properties of the grid that the configuration does not state itself. */
export function warnOfGrid(
  grid: Grid,
  config: GridConfig,
  inputs: readonly OpenInput[],
  progress: Progress,
): void {
  if (grid.grown) {
    const message = `the bounds do not hold a whole number of cells: the grid grows to [${grid.bounds.join(", ")}]${shortResolution(config)}`;
    progress.log("warning", message);
  }
  const tables = inputs.filter(({ source }) => source.kind === "cells").map(({ name }) => name);
  if (config.bounds === "auto" && tables.length > 0) {
    const message = `grid.bounds: auto takes the union of the rasters; points of ${tables.join(", ")} outside it are left out`;
    progress.log("warning", message);
  }
  if (!hasPoles(parseCrs(grid.crs))) return;
  const written = Array.isArray(config.bounds) ? (config.bounds as readonly number[]) : [];
  const [, ymin, , ymax] = grid.bounds;
  for (const latitude of [ymin, ymax]) {
    // Bounds that were written out were already checked when the configuration was read.
    if (Math.abs(latitude) <= 90 || written.includes(latitude)) continue;
    const message = `grid.bounds: latitude ${latitude} is beyond the pole; cells there stay empty`;
    progress.log("warning", message);
  }
}

/** A cell size that lost its last digits, and the original one. */
function shortResolution({ bounds, resolution }: GridConfig): string {
  if (!Array.isArray(bounds) || resolution === undefined) return "";
  const [xmin, ymin, xmax, ymax] = bounds as Bounds;
  const meant = [xmax - xmin, ymax - ymin].map((width, axis) => {
    const size = resolution[axis]!;
    const fitting = width / Math.round(width / size);
    return Math.abs(fitting / size - 1) < 1e-5 ? fitting : undefined;
  });
  const [x, y] = meant;
  if (x === undefined || y === undefined) return "";
  const [wide, high] = [x, y].map((size) => Number(size.toPrecision(15)));
  return `; a resolution of ${wide === high ? wide : `[${wide}, ${high}]`} would fit them`;
}
