import type { Bounds } from "../grid/grid.js";
import { isLongLat, swappedHint } from "./bounds-hints.js";
import { positionIn } from "./places.js";
import { ConfigError } from "./problems.js";
import { pathText } from "./tree.js";
import type { Config, DatasetConfig } from "./types.js";

/** What the configuration language has but this version does not support, by dataset: the key and the reason. */
function unsupportedKeys(dataset: DatasetConfig): (readonly [key: string, message: string])[] {
  const found: (readonly [string, string])[] = [];
  if (dataset.kind === "ranges" && dataset.source === undefined) found.push(["kind", "ranges are"]);
  if (dataset.expand !== undefined && dataset.kind === "ranges")
    found.push(["expand", "a column per species of ranges is"]);
  return found;
}

/**
 * Refuses what the configuration language has but this version does not support, rather than ignoring it.
 *
 * @throws ConfigError
 */
export function refuseUnsupported(config: Config): void {
  const problems = Object.entries(config.datasets).flatMap(([name, dataset]) =>
    unsupportedKeys(dataset).map(([key, what]) => {
      const path = ["datasets", name, key];
      return {
        at: positionIn(config, path),
        key: pathText(path),
        message: `${what} not supported in this version`,
      };
    }),
  );
  if (problems.length > 0) throw new ConfigError(config.file, problems);
}

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
