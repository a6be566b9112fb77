import type { Exporter } from "../table/exporter.js";
import type { RasterSource } from "../raster/raster.js";
import type { MemoryBackend } from "./memory.js";
import type { Stage } from "../pipeline/stage.js";
import type { CellSource, SourceRequest } from "./source.js";

/** Anything with `parse`: a zod schema of any version, or a function that throws on bad input. */
export interface OptionsSchema<T> {
  parse(input: unknown): T;
}

/** A part that a plugin contributes under a name, with options of its own and a factory. */
export interface Definition<Part, Options = unknown> {
  readonly name: string;
  readonly description?: string;
  readonly options?: OptionsSchema<Options>;
  create(options: Options): Part | Promise<Part>;
}

export interface StageDefinition<Options = unknown> extends Definition<Stage, Options> {
  /** Where the stage goes: `instead`, `before` or `after` one of the built-in stages. */
  readonly at?: { readonly position: "before" | "after" | "instead"; readonly stage: string };
}

export interface ExporterDefinition<Options = unknown> extends Definition<Exporter, Options> {
  /** File name ending with its dot, such as `.csv`; may depend on the options. */
  readonly extension: string | ExtensionOf<Options>;
}

/** Typed as a method is, so that definitions with options of their own fit into one list. */
type ExtensionOf<Options> = { of(options: Options): string }["of"];

/** Opens files of one format. Options come from the dataset's `options:` key. */
export interface SourceDefinition<Options = unknown> {
  readonly name: string;
  readonly description?: string;
  /** `raster` sources are resampled by Quadrat; `cells` sources put themselves on the grid. */
  readonly kind: "raster" | "cells";
  /** File name endings, lower case with their dot, that this source is asked for. */
  readonly extensions: readonly string[];
  readonly options?: OptionsSchema<Options>;
  open(request: SourceRequest, options: Options): Promise<RasterSource | CellSource>;
}

export type MemoryBackendDefinition<Options = unknown> = Definition<MemoryBackend, Options>;

/** The default export of a plugin package. */
export interface Plugin {
  readonly name: string;
  readonly version?: string;
  readonly stages?: readonly StageDefinition[];
  readonly exporters?: readonly ExporterDefinition[];
  readonly sources?: readonly SourceDefinition[];
  readonly memoryBackends?: readonly MemoryBackendDefinition[];
}

/** Declares a plugin; the identity function, for its types. */
export function definePlugin<const P extends Plugin>(plugin: P): P {
  return plugin;
}
