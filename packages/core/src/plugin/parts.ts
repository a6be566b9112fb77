import type { DatasetKind } from "../config/types.js";
import type { ExporterDefinition, ResamplingDefinition, SourceDefinition } from "./definitions.js";

/** A part with the package that it comes from. */
export interface Registered<D> {
  readonly definition: D;
  readonly plugin: string;
  readonly version: string;
  /** URL of the plugin's module, if it was loaded for a configuration. */
  readonly module?: string | undefined;
}

/** The parts of one kind, by name. */
export interface Parts<D> extends Iterable<Registered<D>> {
  has(name: string): boolean;
  /** @throws QuadratError that lists the available names */
  get(name: string): Registered<D>;
}

/** The parts that stages use. */
export interface StageParts {
  readonly exporters: Parts<ExporterDefinition>;
  readonly sources: Parts<SourceDefinition>;
  readonly resamplings: Parts<ResamplingDefinition>;
  /** The source whose extension the path ends with; longer endings win, and before them sources of the wanted kind of datasets. */
  sourceFor(path: string, kind?: DatasetKind): Registered<SourceDefinition> | undefined;
}
