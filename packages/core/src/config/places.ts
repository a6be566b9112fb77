import type { ErrorPlace } from "../errors.js";
import { keyPositionOf, pathText } from "./tree.js";
import type { Path, Position, Tree } from "./tree.js";
import type { Config } from "./types.js";

const trees = new WeakMap<Config, Tree>();

/** Keeps where a configuration's values were written, for errors that turn up after it was read. */
export function rememberPlaces(config: Config, tree: Tree): void {
  trees.set(config, tree);
}

/** Where a key was written; of a configuration that was not read from a text, the file. */
export function positionIn(config: Config, path: Path): Position {
  const tree = trees.get(config);
  return tree ? keyPositionOf(tree, path) : { source: config.file };
}

/** The file, line and key of a path in the terms of the file, such as `["datasets", name, "path"]`. */
export function placeOf(config: Config, path: Path): ErrorPlace {
  const { source, line } = positionIn(config, path);
  return { file: source, key: pathText(path), ...(line === undefined ? {} : { line }) };
}
