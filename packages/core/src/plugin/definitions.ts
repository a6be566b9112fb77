import type { Exporter } from "../table/exporter.js";
import type { RasterSource } from "../raster/raster.js";
import type { MemoryBackend } from "./memory.js";
import type { Reducer } from "./reducer.js";
import type { CellSource, RasterStack, SourceRequest } from "./source.js";

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
 * What an exporter needs from the table: its batches in sequence (`stream`), all of it in memory (`table`), whichever is available
 * (`either`), or only the statement that selects its rows (`sql`), for which nothing is fetched into memory if no other exporter needs it.
 */
export type TableNeed = "stream" | "table" | "either" | "sql";

export interface ExporterDefinition<Options = unknown> extends Definition<Exporter, Options> {
  /** File name ending with its dot, such as `.csv`; may depend on the options. */
  readonly extension: string | ExtensionOf<Options>;
  /** Default `stream`. With `table` a configuration that streams is refused, and `auto` merges in memory. */
  readonly needs?: TableNeed;
  /**
   * True if it can only write a table with a row per cell in ascending order, such as the merged one: it does not write the table of
   * points. Default: false.
   */
  readonly cellsOnly?: boolean;
}

/** Typed as a method, so that definitions with different options fit into one list. */
type ExtensionOf<Options> = { of(options: Options): string }["of"];

/** Opens files of one format. Options come from the dataset's `options:` key. */
export interface SourceDefinition<Options = unknown> {
  readonly name: string;
  readonly description?: string;
  /** `raster` sources are resampled by Quadrat; `cells` sources put their values on the grid themselves. */
  readonly kind: "raster" | "cells";
  /** Of a source of cells: the only kind of datasets that it provides. Default: both. */
  readonly datasets?: "occurrences" | "ranges";
  /** The file name endings, in lower case with their dot, of the files that this source opens. */
  readonly extensions: readonly string[];
  /**
   * Whether it also opens folders, patterns such as `part-*` and files without an ending, and checks itself that they exist.
   */
  readonly collections?: boolean;
  /** Whether `path` may be an address, which `openFile` of `@quadrat/core/base` opens like a file. Default: it is refused. */
  readonly addresses?: boolean;
  readonly options?: OptionsSchema<Options>;
  /**
   * Absolute paths of all files that the values may depend on, the input first, including files that would count if they
   * existed. When one of them changes, appears or disappears, the input is read again. Default: the input alone.
   */
  files?(request: SourceRequest, options: Options): readonly string[] | Promise<readonly string[]>;
  open(request: SourceRequest, options: Options): Promise<RasterSource | RasterStack | CellSource>;
  /** The licence that the input states, as it does; undefined if it states none. Default: none. */
  license?(request: SourceRequest, options: Options): Promise<string | undefined>;
}

export type MemoryBackendDefinition<Options = unknown> = Definition<MemoryBackend, Options>;

/**
 * Computes one value from the pixels under a cell. Options come from the dataset's `resample: {use: NAME,
 * ...options}`.
 */
export interface ResamplingDefinition<Options = unknown> extends Omit<
  Definition<Reducer, Options>,
  "create"
> {
  /** Absent for GDAL's methods, which the resample stage does itself. */
  create?(options: Options): Reducer | Promise<Reducer>;
}
