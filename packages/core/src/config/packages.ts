import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The conditions of a package's `exports` that an ES module uses, besides `default`. */
const conditions = new Set(["node", "import", "module-sync"]);

/**
 * The file that `import name` from a folder would load; undefined if the package is not installed. `import.meta.resolve` only
 * resolves from its own module, and `require.resolve` does not know packages that can only be imported.
 */
export async function findPackage(name: string, folder: string): Promise<string | undefined> {
  const [, packageName, subpath = ""] = /^(@[^/]+\/[^/]+|[^/@][^/]*)(\/.*)?$/.exec(name) ?? [];
  if (packageName === undefined) return undefined;
  for (const modules of upwards(folder)) {
    const root = join(modules, packageName);
    if (!(await stat(root).catch(() => undefined))?.isDirectory()) continue;
    const target = exportTarget(await exportsOf(root), `.${subpath}`);
    return target === undefined ? requirable(dirname(modules), name) : join(root, target);
  }
  return undefined;
}

/** The file by which a folder with a `package.json` would be imported: its `exports`, its `main`, or `index.js`. */
export async function packageEntry(root: string): Promise<string | undefined> {
  if (!(await stat(join(root, "package.json")).catch(() => undefined))?.isFile()) return undefined;
  const target = exportTarget(await exportsOf(root), ".");
  if (target !== undefined) return join(root, target);
  return requirable(root, "./");
}

function* upwards(folder: string): Generator<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield join(at, "node_modules");
    if (at === dirname(at)) return;
  }
}

async function exportsOf(root: string): Promise<unknown> {
  const text = await readFile(join(root, "package.json"), "utf8").catch(() => "{}");
  try {
    return (JSON.parse(text) as { exports?: unknown } | null)?.exports;
  } catch {
    return undefined;
  }
}

/** The target of a subpath in a package's `exports`, without patterns. */
function exportTarget(exported: unknown, subpath: string): string | undefined {
  const paths = isObject(exported) && Object.keys(exported).some((key) => key.startsWith("."));
  if (paths) return conditionalTarget(exported[subpath]);
  return subpath === "." ? conditionalTarget(exported) : undefined;
}

function conditionalTarget(target: unknown): string | undefined {
  if (typeof target === "string") return target.startsWith("./") ? target : undefined;
  if (Array.isArray(target))
    return (target as unknown[]).map(conditionalTarget).find((found) => found !== undefined);
  if (!isObject(target)) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (condition !== "default" && !conditions.has(condition)) continue;
    const found = conditionalTarget(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function requirable(folder: string, name: string): string | undefined {
  try {
    return createRequire(join(folder, "from.js")).resolve(name);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
