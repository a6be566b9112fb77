import { isQuadratError } from "../errors.js";
import type { ErrorPlace } from "../errors.js";
import { isNull, keyPositionOf, pathText, treeAt } from "./tree.js";
import type { Path, Position, Tree } from "./tree.js";
import type { Config } from "./types.js";

const trees = new WeakMap<Config, Tree>();

/** Remembers where a configuration's values were written, for errors that occur after it was read. */
export function rememberPlaces(config: Config, tree: Tree): void {
  trees.set(config, tree);
}

/** Where a key was written; for a configuration that was not read from a text, the file. */
export function positionIn(config: Config, path: Path): Position {
  const tree = trees.get(config);
  return tree ? keyPositionOf(tree, path) : { source: config.file };
}

/**
 * Whether a key was given in the file, the experiment or an override; always true for a configuration that was not read from
 * a text.
 */
export function isGiven(config: Config, path: Path): boolean {
  const tree = trees.get(config);
  const value = tree && treeAt(tree, path);
  return tree === undefined || (value !== undefined && !isNull(value));
}

/** The file, line and key of a path in the terms of the file, such as `["datasets", name, "path"]`. */
export function placeOf(config: Config, path: Path): ErrorPlace {
  const { source, line } = positionIn(config, path);
  return { file: source, key: pathText(path), ...(line === undefined ? {} : { line }) };
}

/** The steps of a key such as `export.formats[1].use`. */
function stepsOf(key: string): PropertyKey[] {
  const steps = key.matchAll(/\[(\d+)\]|[^.[]+/g);
  return Array.from(steps, ([name, index]) => (index === undefined ? name : Number(index)));
}

/**
 * Adds the line of the configuration to an error that knows its key or dataset, and completes the name of the key;
 * returns the error. An error about an input or output keeps its file.
 */
export function locateInConfig(error: unknown, config: Config): unknown {
  if (!isQuadratError(error)) return error;
  const { dataset, key } = error.place;
  const keys = stepsOf(key ?? "");
  const isWhole = dataset === undefined || (keys.length > 1 && keys[0]! in config);
  const path = isWhole ? keys : ["datasets", dataset, ...keys];
  if (path.length === 0) return error;
  if (key !== undefined) error.place.key = pathText(path);
  if (error.place.file !== undefined && error.kind !== "usage") return error;
  const { file, line } = placeOf(config, path);
  if (line === undefined) delete error.place.line;
  Object.assign(error.place, { file, ...(line === undefined ? {} : { line }) });
  return error;
}
