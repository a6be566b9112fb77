import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, QuadratError } from "../errors.js";
import type { ErrorPlace } from "../errors.js";
import type { LoadedPlugin, Plugin } from "../plugin/plugin.js";
import { pluginFaults } from "../plugin/plugin-faults.js";
import type { Registry } from "../plugin/registry.js";
import { importModule } from "../system/open-files.js";
import { locatePlugin, statedVersion } from "./plugin-file.js";
import { placeOf } from "./places.js";
import { resampleProblem } from "./resample-method.js";
import { together, type Located } from "./together.js";
import type { Config } from "./types.js";

/**
 * Loads the plugins that a configuration names, in its order. A package is searched for from the folder of the configuration
 * upwards, as Node does; `./file.js`, `./folder` and absolute paths are files, and folders with a package.
 *
 * @throws QuadratError about every plugin that can't be loaded: of kind "usage" if the package or file does not exist,
 * "plugin" if it is not a plugin
 */
export async function loadPlugins(config: Config): Promise<LoadedPlugin[]> {
  const { plugins, errors } = await loadPluginsNamed(config.plugins, dirname(config.file), (index) =>
    placeOf(config, ["plugins", index]),
  );
  if (errors.length > 0) throw together(atTheirKeys(errors), config);
  return plugins.map(({ plugin }) => plugin);
}

/**
 * Loads the plugins that a configuration names and puts their parts into the registry.
 * @throws QuadratError about every plugin that can't be loaded, or has a part whose name is taken; then about datasets with
 * an unknown resampling method
 */
export async function usePlugins(registry: Registry, config: Config): Promise<void> {
  const { plugins, errors } = await loadPluginsNamed(config.plugins, dirname(config.file), (index) =>
    placeOf(config, ["plugins", index]),
  );
  const found = [...errors, ...takeIn(registry, plugins)];
  if (found.length > 0) throw together(atTheirKeys(found), config);
  const wrong = Object.entries(config.datasets).flatMap(
    ([name, { resample, resampleOptions = {}, resampleMethods }]): Located[] => {
      const problem = resampleMethods
        ? resampleProblem(
            resampleMethods.map(({ use, options }) => ({ ...options, use })),
            registry,
          )
        : resample &&
          resampleProblem({ ...(resampleOptions as Record<string, unknown>), use: resample }, registry);
      return problem
        ? [{ error: new QuadratError("usage", problem), path: ["datasets", name, "resample"] }]
        : [];
    },
  );
  if (wrong.length > 0) throw together(wrong, config);
}

/** A finding about a plugin, by its index in the list. */
export interface PluginFailure {
  readonly error: unknown;
  readonly index: number;
}

export interface NamedPlugin {
  readonly plugin: LoadedPlugin;
  readonly index: number;
}

/** Adds plugins to the registry as far as their names are free; returns the problems of the others. */
export function takeIn(registry: Registry, plugins: readonly NamedPlugin[]): PluginFailure[] {
  const errors: PluginFailure[] = [];
  for (const { plugin, index } of plugins) {
    try {
      registry.use(plugin);
    } catch (error) {
      errors.push({ error, index });
    }
  }
  return errors;
}

function atTheirKeys(errors: readonly PluginFailure[]): Located[] {
  return errors
    .toSorted((a, b) => a.index - b.index)
    .map(({ error, index }) => ({ error, path: ["plugins", index] }));
}

/** Loads all plugins that can be loaded, and says why the others can't. */
export async function loadPluginsNamed(
  names: readonly string[],
  folder: string,
  place: (index: number) => ErrorPlace = () => ({}),
): Promise<{ plugins: NamedPlugin[]; errors: PluginFailure[] }> {
  const plugins: NamedPlugin[] = [];
  const errors: PluginFailure[] = [];
  for (const [index, name] of names.entries()) {
    try {
      plugins.push({ plugin: await loadPlugin(name, folder, place(index)), index });
    } catch (error) {
      errors.push({ error, index });
    }
  }
  return { plugins, errors };
}

async function loadPlugin(name: string, folder: string, place: ErrorPlace): Promise<LoadedPlugin> {
  const file = await locatePlugin(name, folder, place);
  const own = { ...place, plugin: name };
  const url = pathToFileURL(file).href;
  let module: { default?: unknown };
  try {
    module = (await importModule(url)) as typeof module;
  } catch (cause) {
    const hint = missingModule(cause)
      ? "what a plugin imports must be installed where the plugin is: check its dependencies"
      : undefined;
    throw new QuadratError("plugin", `plugin ${name} can't be loaded: ${messageOf(cause)}`, {
      cause,
      place: own,
      ...(hint !== undefined && { hint }),
    });
  }
  const faults = pluginFaults(module.default);
  if (faults.length > 0) {
    throw new QuadratError("plugin", `${file} is not a plugin: ${faults.join("; ")}`, {
      hint: faults[0]!.includes("plugin API")
        ? "update the older of Quadrat and the plugin"
        : "a plugin is a module with `export default definePlugin({...})` of @quadrat/core",
      place: own,
    });
  }
  const plugin = module.default as Plugin;
  return { ...plugin, version: plugin.version ?? (await statedVersion(file, plugin.name)), module: url };
}

function missingModule(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}
