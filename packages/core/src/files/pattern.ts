import { readdir, stat } from "node:fs/promises";
import { join, parse, sep } from "node:path";
import { naturalOrder } from "./natural-order.js";

/** Whether a path has a wildcard: `*`, `?`, `[a-z]`, or `**` for folders at any depth. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The files that an absolute path with wildcards matches, in {@link naturalOrder}. Wildcards do not match a leading
 * dot, and a name that really contains brackets matches itself.
 * @param folders which folders are taken like files, by their name; default none
 */
export async function filesOfPattern(
  pattern: string,
  folders: (name: string) => boolean = () => false,
): Promise<string[]> {
  const { root } = parse(pattern);
  const found = new Set<string>();
  await walk(root, segmentsOf(pattern), found, folders);
  return [...found].sort(naturalOrder);
}

/** Whether a pattern matches a path, whether or not the path exists. */
export function matchesPattern(pattern: string, path: string): boolean {
  const match = (wanted: readonly string[], names: readonly string[]): boolean => {
    const [first, ...rest] = wanted;
    if (first === undefined) return names.length === 0;
    if (first === "**") {
      return (
        match(rest, names) || (names.length > 0 && !isHidden(names[0]!) && match(wanted, names.slice(1)))
      );
    }
    return names.length > 0 && matchesName(first, names[0]!) && match(rest, names.slice(1));
  };
  return match(segmentsOf(pattern), segmentsOf(path));
}

/** The names of a path's folders and file, without its root. */
export function segmentsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((segment) => segment !== "");
}

async function walk(
  folder: string,
  [first, ...rest]: readonly string[],
  found: Set<string>,
  folders: (name: string) => boolean,
): Promise<void> {
  if (first === undefined) return;
  const isLast = rest.length === 0;
  if (first === "**") {
    await walk(folder, isLast ? ["*"] : rest, found, folders);
    const below = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of below) {
      if (entry.isDirectory() && !isHidden(entry.name)) {
        await walk(join(folder, entry.name), [first, ...rest], found, folders);
      }
    }
    return;
  }
  const names = isPattern(first)
    ? (await readdir(folder).catch(() => [])).filter((name) => matchesName(first, name))
    : [first];
  for (const name of names) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (isLast) {
      if (facts?.isFile() || (facts?.isDirectory() && folders(name))) found.add(path);
    } else if (facts?.isDirectory()) await walk(path, rest, found, folders);
  }
}

function matchesName(segment: string, name: string): boolean {
  if (segment === name) return true;
  if (!isPattern(segment) || (isHidden(name) && !isHidden(segment))) return false;
  return expressionOf(segment).test(name);
}

function isHidden(name: string): boolean {
  return name.startsWith(".");
}

function expressionOf(segment: string): RegExp {
  const parts = segment.split(/(\[!?[^\]]+\]|[*?])/);
  const source = parts.map(sourceOf);
  try {
    return new RegExp(`^${source.join("")}$`, "su");
  } catch {
    // A range that runs backwards, such as [z-a].
    return new RegExp(`^${escaped(segment)}$`, "su");
  }
}

/** The regular expression of a wildcard, or of a text that is none. */
export function sourceOf(part: string): string {
  if (part === "*") return ".*";
  if (part === "?") return ".";
  if (!/^\[.+\]$/.test(part)) return escaped(part);
  return part.startsWith("[!") ? `[^${escaped(part.slice(2, -1))}]` : `[${escaped(part.slice(1, -1))}]`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|+*?(){}[\]]/g, "\\$&");
}
