import type {
  ExporterDefinition,
  MemoryBackendDefinition,
  ResamplingDefinition,
  SourceDefinition,
} from "./definitions.js";
import type { StageDefinition } from "./plugin.js";

/**
 * The version of everything that plugins rely on. It is raised when a plugin that worked would stop working. A
 * plugin of another version is refused before any work.
 */
export const pluginApiVersion = 1;

type Options = readonly unknown[];

/** The parts of a plugin. Each type parameter lists the options of the parts of one kind, as their schemas parse them. */
export interface PluginParts<
  St extends Options,
  Ex extends Options,
  So extends Options,
  Me extends Options,
  Re extends Options,
> {
  readonly name: string;
  readonly version?: string;
  readonly stages?: { readonly [I in keyof St]: StageDefinition<St[I]> };
  readonly exporters?: { readonly [I in keyof Ex]: ExporterDefinition<Ex[I]> };
  readonly sources?: { readonly [I in keyof So]: SourceDefinition<So[I]> };
  readonly memoryBackends?: { readonly [I in keyof Me]: MemoryBackendDefinition<Me[I]> };
  readonly resamplings?: { readonly [I in keyof Re]: ResamplingDefinition<Re[I]> };
}

/** A plugin with a list of each kind. */
export type DefinedPlugin<
  St extends Options,
  Ex extends Options,
  So extends Options,
  Me extends Options,
  Re extends Options,
> = Required<Omit<PluginParts<St, Ex, So, Me, Re>, "version">> & {
  readonly version?: string;
  readonly apiVersion: number;
};

/**
 * Declares a plugin: stamps it with the API version, and types the argument of `create` and `open` by what the
 * part's own `options` schema parses to.
 */
export function definePlugin<
  const St extends Options = [],
  const Ex extends Options = [],
  const So extends Options = [],
  const Me extends Options = [],
  const Re extends Options = [],
>(plugin: PluginParts<St, Ex, So, Me, Re>): DefinedPlugin<St, Ex, So, Me, Re> {
  const none = { stages: [], exporters: [], sources: [], memoryBackends: [], resamplings: [] };
  // An absent list has no element whose options could be of another type.
  return { ...none, ...plugin, apiVersion: pluginApiVersion } as unknown as DefinedPlugin<St, Ex, So, Me, Re>;
}
