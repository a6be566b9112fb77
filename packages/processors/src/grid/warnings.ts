import type { Grid, GridConfig, Progress } from "@quadrat/core";
import type { OpenInput } from "../stages/open-input.js";
import { hasPoles } from "./whole-cells.js";
import { parseCrs } from "../crs/index.js";

/** Tells what the grid is that the configuration does not say itself. */
export function warnOfGrid(
  grid: Grid,
  config: GridConfig,
  inputs: readonly OpenInput[],
  progress: Progress,
): void {
  if (grid.grown) {
    const message = `the bounds do not hold a whole number of cells: the grid grows to [${grid.bounds.join(", ")}]`;
    progress.log("warning", message);
  }
  const tables = inputs.filter(({ source }) => source.kind === "cells").map(({ name }) => name);
  if (config.bounds === "auto" && tables.length > 0) {
    const message = `grid.bounds: auto takes the union of the rasters; points of ${tables.join(", ")} outside of it are left out`;
    progress.log("warning", message);
  }
  if (!hasPoles(parseCrs(grid.crs))) return;
  const written = Array.isArray(config.bounds) ? (config.bounds as readonly number[]) : [];
  const [, ymin, , ymax] = grid.bounds;
  for (const latitude of [ymin, ymax]) {
    // What was written has been warned of when the configuration was read.
    if (Math.abs(latitude) <= 90 || written.includes(latitude)) continue;
    const message = `grid.bounds: latitude ${latitude} lies beyond the pole; cells there stay empty`;
    progress.log("warning", message);
  }
}
