import {
  builtinCore,
  configWarnings,
  loadConfig,
  loadPlugins,
  refuseUnsupported,
  Registry,
} from "@quadrat/core";
import type { Config, MemoryWatch } from "@quadrat/core";
import { builtinExporters } from "@quadrat/exporters";
import { builtinMonitor, openMemoryWatch } from "@quadrat/monitor";
import { builtinProcessors } from "@quadrat/processors";
import type { Output } from "./output.js";

/** What every command is given of the command line. */
export interface GlobalOptions {
  readonly config: string;
  readonly experiment?: string;
}

export interface SettingOptions extends GlobalOptions {
  readonly set?: readonly string[];
}

/** A configuration with all that running it needs. */
export interface Host {
  readonly config: Config;
  readonly registry: Registry;
  readonly memory: MemoryWatch;
}

/** The parts that come with Quadrat, and those of the plugins that a configuration names. */
export async function createRegistry(config?: Config): Promise<Registry> {
  const registry = new Registry()
    .use(builtinProcessors)
    .use(builtinCore)
    .use(builtinExporters)
    .use(builtinMonitor);
  for (const plugin of config ? await loadPlugins(config) : []) registry.use(plugin);
  return registry;
}

/** Reads the configuration, loads its plugins and finds the memory limit. */
export async function openHost(options: SettingOptions, output: Output): Promise<Host> {
  const config = await loadConfig({
    file: options.config,
    experiment: options.experiment,
    overrides: options.set,
  });
  refuseUnsupported(config);
  for (const warning of configWarnings(config)) output.progress.log("warning", warning);
  const registry = await createRegistry(config);
  const memory = await openMemoryWatch({
    config,
    registry,
    onError: ({ error }) => output.progress.log("warning", error.message),
  });
  return { config, registry, memory };
}
