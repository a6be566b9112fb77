import type { Stage } from "../pipeline/stage.js";
import type {
  Definition,
  ExporterDefinition,
  MemoryBackendDefinition,
  ResamplingDefinition,
  SourceDefinition,
} from "./definitions.js";

export interface StageDefinition<Options = unknown> extends Definition<Stage, Options> {
  /** Where the stage goes: `instead` of, `before` or `after` one of the built-in stages. */
  readonly at?: { readonly position: "before" | "after" | "instead"; readonly stage: string };
}

/** The default export of a plugin package. */
export interface Plugin {
  /** The name of the package. */
  readonly name: string;
  /** Default: the version in its `package.json`. */
  readonly version?: string;
  /** The API version for which it was written, set by {@link definePlugin}. */
  readonly apiVersion?: number;
  readonly stages?: readonly StageDefinition[];
  readonly exporters?: readonly ExporterDefinition[];
  readonly sources?: readonly SourceDefinition[];
  readonly memoryBackends?: readonly MemoryBackendDefinition[];
  readonly resamplings?: readonly ResamplingDefinition[];
}

/** A plugin loaded for a configuration. */
export interface LoadedPlugin extends Plugin {
  readonly version: string;
  /** URL of the module of which it is the default export. */
  readonly module: string;
}
