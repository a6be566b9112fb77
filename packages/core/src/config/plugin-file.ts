import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { QuadratError } from "../errors.js";
import type { ErrorPlace } from "../errors.js";
import { findPackage, packageEntry } from "./packages.js";

/**
 * The module of a plugin: a package searched for from `folder` upwards, a file, or a folder with a
 * `package.json`.
 * @throws QuadratError of kind "usage" that says what was looked for and where
 */
export async function locatePlugin(name: string, folder: string, place: ErrorPlace): Promise<string> {
  if (!/^\.{0,2}[/\\]/.test(name) && !isAbsolute(name)) {
    const file = await findPackage(name, folder);
    if (file !== undefined) return file;
    throw new QuadratError("usage", `package ${name} can't be found from ${folder}`, {
      hint: `run \`npm install ${name}\` there; the path of a file must begin with ./`,
      place,
    });
  }
  const path = resolve(folder, name);
  const facts = await stat(path).catch(() => undefined);
  const file = facts?.isDirectory() ? await packageEntry(path) : facts?.isFile() ? path : undefined;
  if (file === undefined) {
    const found = facts?.isDirectory()
      ? `folder ${path} contains neither a package nor an index.js`
      : `file ${path} does not exist`;
    throw new QuadratError("usage", found, {
      hint: "the path of a plugin is relative to the configuration; it must name a file with its ending, or a folder with a package.json",
      place,
    });
  }
  if (/\.[cm]?tsx?$/i.test(file)) {
    throw new QuadratError("usage", `${file} is TypeScript, which Node does not run`, {
      hint: "compile it, and name the resulting JavaScript file",
      place,
    });
  }
  return file;
}

/** The version in the nearest `package.json` above the file, if it is that of the plugin; else `0.0.0`. */
export async function statedVersion(file: string, plugin: string): Promise<string> {
  for (let at = dirname(file); ; at = dirname(at)) {
    const text = await readFile(join(at, "package.json"), "utf8").catch(() => undefined);
    if (text !== undefined) {
      const { name, version } = manifestOf(text);
      const own = name === plugin || file.includes(`${join("node_modules", String(name))}`);
      return own && typeof version === "string" ? version : "0.0.0";
    }
    if (at === dirname(at)) return "0.0.0";
  }
}

function manifestOf(text: string): { readonly name?: unknown; readonly version?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}
