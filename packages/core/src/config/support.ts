import type { Bounds } from "../grid/grid.js";
import { isLongLat, swappedHint } from "./bounds-hints.js";
import type { Config } from "./types.js";

/** Warnings about what is allowed but probably not intended. */
export function configWarnings({ grid }: Config): string[] {
  const { crs, bounds } = grid;
  if (!Array.isArray(bounds) || !isLongLat(crs)) return [];
  const [, ymin, , ymax] = bounds as Bounds;
  const beyond = [ymin, ymax].filter((latitude) => Math.abs(latitude) > 90);
  return beyond.map(
    (latitude) =>
      `grid.bounds: latitude ${latitude} is beyond the pole; cells there stay empty${swappedHint(bounds as Bounds)}`,
  );
}
