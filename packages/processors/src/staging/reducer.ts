import type { DatasetConfig, StageParts } from "@quadrat/core";
import {
  inHook,
  locate,
  parseOptions,
  QuadratError,
  type HookOwner,
  type Reducer,
  type ResamplingDefinition,
} from "@quadrat/core/base";

/** A plugin's resampling method with its options, in the form in which it is passed to a thread. */
export interface ReducerTask {
  /** URL of the plugin's module; undefined if the plugin does not come from one. */
  readonly module: string | undefined;
  readonly plugin: string;
  readonly name: string;
  readonly options: unknown;
}

/** The plugin's method by which a dataset is resampled; undefined for GDAL's methods. */
export function reducerOf(
  { resample, resampleOptions = {} }: DatasetConfig,
  parts: StageParts,
): { readonly task: ReducerTask; readonly definition: ResamplingDefinition } | undefined {
  if (resample === undefined || !parts.resamplings.has(resample)) return undefined;
  const { definition, plugin, module } = parts.resamplings.get(resample);
  if (!definition.create) return undefined;
  return { definition, task: { module, plugin, name: resample, options: resampleOptions } };
}

/** Creates the method; its failures carry its name. */
export async function makeReducer(
  definition: Pick<ResamplingDefinition, "options" | "create">,
  { plugin, name, options }: ReducerTask,
): Promise<Reducer> {
  const owner: HookOwner = { plugin, part: `resampling method "${name}"` };
  const parsed = parseOptions(definition.options, options, owner.part, { plugin, key: "resample" });
  const reducer = await inHook(owner, "create", () => definition.create!(parsed));
  if (typeof (reducer as Partial<Reducer> | undefined)?.reduce !== "function")
    throw new QuadratError("plugin", `${owner.part} has no function reduce`, { place: { plugin } });
  const hook = `${owner.part} reduce`;
  return {
    reduce(values, weights) {
      let value: unknown;
      try {
        value = reducer.reduce(values, weights);
      } catch (error) {
        throw locate(error, { plugin, hook }, "plugin");
      }
      if (typeof value === "number") return value;
      throw new QuadratError("plugin", `it returned a ${typeof value} instead of a number`, {
        hint: "NaN means no value",
        place: { plugin, hook },
      });
    },
  };
}
