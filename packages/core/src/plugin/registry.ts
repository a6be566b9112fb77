import type { DatasetKind } from "../config/types.js";
import { nearest, QuadratError } from "../errors.js";
import type {
  ExporterDefinition,
  MemoryBackendDefinition,
  ResamplingDefinition,
  SourceDefinition,
} from "./definitions.js";
import { pathInAddress } from "../remote/address.js";
import { isBuiltin } from "./hook.js";
import type { Parts, Registered, StageParts } from "./parts.js";
import type { LoadedPlugin, Plugin, StageDefinition } from "./plugin.js";

/** The parts of one kind, by name. */
export class PartRegistry<D extends { readonly name: string }> implements Parts<D> {
  readonly #parts = new Map<string, Registered<D>>();
  readonly kind: string;

  constructor(kind: string) {
    this.kind = kind;
  }

  /** @throws QuadratError if the name is taken */
  add(
    definition: D,
    { name: plugin, version, module }: Pick<LoadedPlugin, "name" | "version"> & { readonly module?: string },
  ): void {
    const taken = this.#parts.get(definition.name);
    if (taken) {
      throw new QuadratError(
        "usage",
        `plugin ${plugin} provides ${this.kind} "${definition.name}", but ${taken.plugin} already provides one of that name`,
        {
          hint: isBuiltin(taken.plugin)
            ? "it is built in: leave the plugin out of `plugins:`, or rename its part"
            : "leave one of them out of `plugins:`",
          place: { plugin },
        },
      );
    }
    this.#parts.set(definition.name, { definition, plugin, version, module });
  }

  /** @throws QuadratError that lists the available names */
  get(name: string): Registered<D> {
    const part = this.#parts.get(name);
    if (part) return part;
    const names = [...this.#parts.keys()];
    const near = nearest(name, names);
    throw new QuadratError("usage", `there is no ${this.kind} "${name}"`, {
      hint: `${near ? `did you mean "${near}"? ` : ""}available: ${names.join(", ")}`,
    });
  }

  has(name: string): boolean {
    return this.#parts.has(name);
  }

  *[Symbol.iterator](): IterableIterator<Registered<D>> {
    yield* this.#parts.values();
  }
}

const longestEnding = 1000;

/** Whether a source provides datasets of a kind. */
export function provides({ kind, datasets }: SourceDefinition, wanted: DatasetKind): boolean {
  if (kind === "raster" || wanted === "raster") return kind === wanted;
  return datasets === undefined || datasets === wanted;
}

/** Everything that plugins, built-in or not, provide. */
export class Registry implements StageParts {
  readonly stages = new PartRegistry<StageDefinition>("stage");
  readonly exporters = new PartRegistry<ExporterDefinition>("exporter");
  readonly sources = new PartRegistry<SourceDefinition>("source");
  readonly memoryBackends = new PartRegistry<MemoryBackendDefinition>("memory backend");
  readonly resamplings = new PartRegistry<ResamplingDefinition>("resampling method");
  readonly #plugins = new Set<string>();

  /**
   * Built-in parts and those of third parties are all registered here.
   * @throws QuadratError if the plugin, or one of its parts, has a name that is taken
   */
  use(plugin: Plugin | LoadedPlugin): this {
    const { name, version = "0.0.0", stages, exporters, sources, memoryBackends, resamplings } = plugin;
    if (this.#plugins.has(name)) {
      throw new QuadratError("usage", `two plugins are called ${name}`, {
        hint: "leave one of them out of `plugins:`",
        place: { plugin: name },
      });
    }
    this.#plugins.add(name);
    const origin = { name, version, ...("module" in plugin && { module: plugin.module }) };
    for (const part of stages ?? []) this.stages.add(part, origin);
    for (const part of exporters ?? []) this.exporters.add(part, origin);
    for (const part of sources ?? []) this.sources.add(part, origin);
    for (const part of memoryBackends ?? []) this.memoryBackends.add(part, origin);
    for (const part of resamplings ?? []) this.resamplings.add(part, origin);
    return this;
  }

  /** The source whose extension the path ends with; longer endings win, and before them sources of the wanted kind of datasets. */
  sourceFor(path: string, kind?: DatasetKind): Registered<SourceDefinition> | undefined {
    const lower = pathInAddress(path).toLowerCase();
    let best: Registered<SourceDefinition> | undefined;
    let score = 0;
    for (const part of this.sources) {
      const fits = kind !== undefined && provides(part.definition, kind);
      for (const extension of part.definition.extensions) {
        const own = extension.length + (fits ? longestEnding : 0);
        if (lower.endsWith(extension) && own > score) [best, score] = [part, own];
      }
    }
    return best;
  }
}
