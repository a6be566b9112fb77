import { locate, type Config, type Progress } from "@quadrat/core";
import {
  builtinCore,
  checkParts,
  configWarnings,
  loadConfig,
  locateInConfig,
  Registry,
  usePlugins,
  type MemoryWatch,
} from "@quadrat/core/host";
import { builtinExporters } from "@quadrat/exporters";
import { builtinMonitor, openMemoryWatch } from "@quadrat/monitor";
import type { MonitorFailure } from "@quadrat/monitor";
import { builtinProcessors, parseCrs } from "@quadrat/processors";
import type { Output } from "./output.js";
import { interruptible } from "./signals.js";

/** The options that every command takes from the command line. */
export interface GlobalOptions {
  readonly config: string;
  readonly experiment?: string;
}

export interface SettingOptions extends GlobalOptions {
  readonly set?: readonly string[];
}

/** A configuration with everything the pipeline needs to run it. */
export interface Host {
  readonly config: Config;
  readonly options: {
    readonly registry: Registry;
    readonly memory: MemoryWatch;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  };
  /** Opens the memory watch of a further run. */
  readonly openWatch: () => Promise<MemoryWatch>;
}

function builtin(): Registry {
  return new Registry().use(builtinProcessors).use(builtinCore).use(builtinExporters).use(builtinMonitor);
}

/** The built-in parts, and those of the plugins that a configuration names. */
export async function createRegistry(config?: Config): Promise<Registry> {
  const registry = builtin();
  if (config) await usePlugins(registry, config);
  return registry;
}

/**
 * Reads the configuration, loads its plugins, finds the memory limit and does the work, which a signal interrupts.
 * Adds the line of the configuration to errors that know their key or dataset.
 */
export async function withHost<T>(
  options: SettingOptions,
  output: Output,
  work: (host: Host) => Promise<T>,
  hint?: string,
): Promise<T> {
  const { config: file, experiment, set: overrides } = options;
  const config = await loadConfig({ file, experiment, overrides }, (tree, path) =>
    checkParts(tree, path, { builtin, parseCrs }),
  );
  for (const warning of configWarnings(config)) output.progress.log("warning", warning);
  return hosted(config, output, work, hint);
}

/**
 * The same for a configuration that is known already.
 * @param hint what an interruption leaves behind
 */
export async function hosted<T>(
  config: Config,
  output: Output,
  work: (host: Host) => Promise<T>,
  hint?: string,
): Promise<T> {
  const { progress } = output;
  try {
    const registry = await createRegistry(config);
    const onError = ({ error }: MonitorFailure): void => progress.log("warning", error.message);
    const openWatch = (): Promise<MemoryWatch> =>
      openMemoryWatch({ config, registry, onError }).catch((error: unknown) => {
        throw locate(error, { key: "memory.backend" });
      });
    const memory = await openWatch();
    return await interruptible(
      output,
      (signal) => work({ config, options: { registry, memory, progress, signal }, openWatch }),
      hint,
    );
  } catch (error) {
    throw locateInConfig(error, config);
  } finally {
    output.close();
  }
}
