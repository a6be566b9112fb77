import type { Exporter } from "../table/exporter.js";
import type { RasterSource } from "../raster/raster.js";
import type { MemoryBackend } from "./memory.js";
import type { Reducer } from "./reducer.js";
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

/**
 * What an exporter needs of the table: its batches one after the other (`stream`), all of it in memory (`table`), or
 * whichever of the two there is (`either`).
 */
export type TableNeed = "stream" | "table" | "either";

export interface ExporterDefinition<Options = unknown> extends Definition<Exporter, Options> {
  /** File name ending with its dot, such as `.csv`; may depend on the options. */
  readonly extension: string | ExtensionOf<Options>;
  /** Default `stream`. With `table` a configuration that streams is refused, and `auto` merges in memory. */
  readonly needs?: TableNeed;
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
  /** Whether it also opens folders, patterns such as `part-*` and files without an ending, and checks itself that they are there. */
  readonly collections?: boolean;
  readonly options?: OptionsSchema<Options>;
  /**
   * Absolute paths of all files that what is opened may depend on, the input first: also of those that would count if they were
   * there. When one of them changes, comes or goes, the input is read anew. Default: the input alone.
   */
  files?(request: SourceRequest, options: Options): readonly string[] | Promise<readonly string[]>;
  open(request: SourceRequest, options: Options): Promise<RasterSource | CellSource>;
}

export type MemoryBackendDefinition<Options = unknown> = Definition<MemoryBackend, Options>;

/** Makes one value of the pixels under a cell. Options come from the dataset's `resample: {use: NAME, ...options}`. */
export interface ResamplingDefinition<Options = unknown> extends Omit<
  Definition<Reducer, Options>,
  "create"
> {
  /** Absent for GDAL's methods, which the resample stage does itself. */
  create?(options: Options): Reducer | Promise<Reducer>;
}
