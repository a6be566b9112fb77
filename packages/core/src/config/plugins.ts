import { stat } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { QuadratError } from "../errors.js";
import type { ErrorPlace } from "../errors.js";
import type { Plugin } from "../plugin/definitions.js";
import { findPackage } from "./packages.js";
import { placeOf } from "./places.js";
import { together } from "./together.js";
import type { Config } from "./types.js";

const lists = { stages: "create", exporters: "create", sources: "open", memoryBackends: "create" } as const;

/**
 * Loads the plugins that a configuration names, in its order. A package is looked for from the folder of the
 * configuration upwards, as Node does; `./file.js` and absolute paths are files.
 *
 * @throws QuadratError about every one that can't be loaded: of kind "usage" when there is no such package or file, "plugin" when it is not a plugin
 */
export async function loadPlugins(config: Config): Promise<Plugin[]> {
  const place = (index: number): ErrorPlace => placeOf(config, ["plugins", index]);
  const { plugins, errors } = await loadPluginsNamed(config.plugins, dirname(config.file), place);
  if (errors.length === 0) return plugins;
  throw together(
    errors.map(({ error, index }) => ({ error, path: ["plugins", index] })),
    config,
  );
}

/** Loads all that can be loaded, and tells why the others can't. */
export async function loadPluginsNamed(
  names: readonly string[],
  folder: string,
  place: (index: number) => ErrorPlace = () => ({}),
): Promise<{ plugins: Plugin[]; errors: { readonly error: unknown; readonly index: number }[] }> {
  const plugins: Plugin[] = [];
  const errors: { error: unknown; index: number }[] = [];
  for (const [index, name] of names.entries()) {
    try {
      plugins.push(await loadPlugin(name, folder, place(index)));
    } catch (error) {
      errors.push({ error, index });
    }
  }
  return { plugins, errors };
}

async function loadPlugin(name: string, folder: string, place: ErrorPlace): Promise<Plugin> {
  const file = await locatePlugin(name, folder, place);
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new QuadratError("plugin", `plugin ${name} can't be loaded: ${reason}`, {
      cause,
      place: { ...place, plugin: name },
    });
  }
  const fault = pluginFault(module.default);
  if (fault === undefined) return module.default as Plugin;
  throw new QuadratError("plugin", `${file} is no plugin: ${fault}`, {
    hint: "a plugin is a module with `export default definePlugin({...})` of @quadrat/core",
    place: { ...place, plugin: name },
  });
}

async function locatePlugin(name: string, folder: string, place: ErrorPlace): Promise<string> {
  if (!/^\.{0,2}[/\\]/.test(name) && !isAbsolute(name)) {
    const file = await findPackage(name, folder);
    if (file !== undefined) return file;
    throw new QuadratError("usage", `there is no package ${name} to be found from ${folder}`, {
      hint: `\`npm install ${name}\` there; a file is named by a path that begins with ./`,
      place,
    });
  }
  const file = resolve(folder, name);
  if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  throw new QuadratError("usage", `there is no file ${file}`, {
    hint: "the path of a plugin is relative to the configuration; it names a file with its ending",
    place,
  });
}

/** What a module's default export lacks to be a plugin. */
function pluginFault(value: unknown): string | undefined {
  if (value === undefined) return "it has no default export";
  if (!isRecord(value)) return `its default export is ${value === null ? "null" : `a ${typeof value}`}`;
  if (typeof value["name"] !== "string" || value["name"] === "") return "its default export has no name";
  for (const [list, factory] of Object.entries(lists)) {
    const parts = value[list] ?? [];
    if (!Array.isArray(parts)) return `its ${list} are no list`;
    for (const [index, part] of (parts as unknown[]).entries()) {
      if (!isRecord(part) || typeof part["name"] !== "string") return `${list}[${index}] has no name`;
      if (typeof part[factory] !== "function")
        return `${list}[${index}], ${part["name"]}, has no function ${factory}`;
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
