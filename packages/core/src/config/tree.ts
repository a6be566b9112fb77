/** Where a value was written: a file with its line and column, or the `--set` or `--experiment` that gave it. */
export interface Position {
  /** The file as the user named it, or the option with its value. */
  readonly source: string;
  /** Both are counted from 1, and absent if `source` is an option. */
  readonly line?: number;
  readonly column?: number;
}

interface Node {
  readonly at: Position;
  /** The number of values below and including this one, counting those repeated by an alias. */
  readonly size: number;
}

export interface ScalarTree extends Node {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
}

export interface ListTree extends Node {
  readonly kind: "list";
  readonly items: readonly Tree[];
}

export interface MapEntry {
  readonly keyAt: Position;
  readonly value: Tree;
}

export interface MapTree extends Node {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
}

/**
 * A value of a YAML document in which every part knows where it was written. Parts may be shared, so it is never
 * modified.
 */
export type Tree = ScalarTree | ListTree | MapTree;

export type Path = readonly PropertyKey[];

export function scalarTree(value: ScalarTree["value"], at: Position): ScalarTree {
  return { kind: "scalar", value, at, size: 1 };
}

export function listTree(items: readonly Tree[], at: Position): ListTree {
  return { kind: "list", items, at, size: items.reduce((sum, item) => sum + item.size, 1) };
}

export function mapTree(entries: ReadonlyMap<string, MapEntry>, at: Position): MapTree {
  let size = 1;
  for (const { value } of entries.values()) size += value.size;
  return { kind: "map", entries, at, size };
}

/** True for a value that was left empty or written as `null`. */
export function isNull(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null;
}

/** The value without its positions, as plain objects with own properties. */
export function plainValue(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plainValue);
  return Object.fromEntries(Array.from(tree.entries, ([key, { value }]) => [key, plainValue(value)]));
}

/**
 * Merges one tree over another: mappings are merged key by key, anything else is replaced. A null removes the key,
 * which resets it to its default, unless `keepsNull` says that null is a value of that key.
 */
export function overlay(base: Tree, over: Tree, keepsNull: (path: Path) => boolean, path: Path = []): Tree {
  if (over.kind !== "map") return over;
  const entries = new Map(base.kind === "map" ? base.entries : []);
  for (const [key, entry] of over.entries) {
    const below = [...path, key];
    if (isNull(entry.value) && !keepsNull(below)) entries.delete(key);
    else {
      const under = entries.get(key)?.value ?? mapTree(new Map(), entry.value.at);
      entries.set(key, { keyAt: entry.keyAt, value: overlay(under, entry.value, keepsNull, below) });
    }
  }
  return mapTree(entries, base.kind === "map" ? base.at : over.at);
}

/** The part at a path, or undefined. */
export function treeAt(tree: Tree, path: Path): Tree | undefined {
  let part: Tree | undefined = tree;
  for (const step of path) part = part && child(part, step);
  return part;
}

/** Where the value at a path was written; if it does not exist, where its nearest ancestor begins. */
export function positionOf(tree: Tree, path: Path): Position {
  let part = tree;
  let at = tree.at;
  for (const step of path) {
    const next = child(part, step);
    if (!next) break;
    at = part.kind === "map" && next.kind !== "scalar" ? part.entries.get(String(step))!.keyAt : next.at;
    part = next;
  }
  return at;
}

/** Where the last key of a path was written; if it does not exist, as for {@link positionOf}. */
export function keyPositionOf(tree: Tree, path: Path): Position {
  const parent = treeAt(tree, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keyAt ?? positionOf(tree, path);
}

/** A path as people write it: `datasets.elevation.path`, `export.formats[0]`, `datasets."a.b"`. */
export function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else {
      const name = String(step);
      text += (text ? "." : "") + (/^[^\s."'=[\]\p{Cc}]+$/u.test(name) ? name : JSON.stringify(name));
    }
  }
  return text;
}

function child(tree: Tree, step: PropertyKey): Tree | undefined {
  if (tree.kind === "map") return tree.entries.get(String(step))?.value;
  if (tree.kind === "list") return tree.items[Number(step)];
  return undefined;
}
