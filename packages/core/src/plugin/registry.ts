import { nearest, QuadratError } from "../errors.js";
import type {
  ExporterDefinition,
  MemoryBackendDefinition,
  Plugin,
  SourceDefinition,
  StageDefinition,
} from "./definitions.js";

/** A part with the package that it came from. */
export interface Registered<D> {
  readonly definition: D;
  readonly plugin: string;
  readonly version: string;
}

/** The parts of one kind, by name. */
export class PartRegistry<D extends { readonly name: string }> {
  readonly #parts = new Map<string, Registered<D>>();
  readonly kind: string;

  constructor(kind: string) {
    this.kind = kind;
  }

  /** @throws QuadratError when the name is taken */
  add(definition: D, plugin: string, version: string): void {
    const taken = this.#parts.get(definition.name);
    if (taken) {
      throw new QuadratError(
        "usage",
        `plugin ${plugin} brings ${this.kind} "${definition.name}", which ${taken.plugin} has brought already`,
        { hint: "leave one of the two out of `plugins:`", place: { plugin } },
      );
    }
    this.#parts.set(definition.name, { definition, plugin, version });
  }

  /** @throws QuadratError that lists the names there are */
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

/** Everything that plugins, built-in or not, have brought. */
export class Registry {
  readonly stages = new PartRegistry<StageDefinition>("stage");
  readonly exporters = new PartRegistry<ExporterDefinition>("exporter");
  readonly sources = new PartRegistry<SourceDefinition>("source");
  readonly memoryBackends = new PartRegistry<MemoryBackendDefinition>("memory backend");

  /** Built-in parts and third parties' come through this one door. */
  use(plugin: Plugin): this {
    const version = plugin.version ?? "0.0.0";
    for (const part of plugin.stages ?? []) this.stages.add(part, plugin.name, version);
    for (const part of plugin.exporters ?? []) this.exporters.add(part, plugin.name, version);
    for (const part of plugin.sources ?? []) this.sources.add(part, plugin.name, version);
    for (const part of plugin.memoryBackends ?? []) this.memoryBackends.add(part, plugin.name, version);
    return this;
  }

  /** The source whose extension the path ends with; longer endings win. */
  sourceFor(path: string): Registered<SourceDefinition> | undefined {
    const lower = path.toLowerCase();
    let best: Registered<SourceDefinition> | undefined;
    let length = 0;
    for (const part of this.sources) {
      for (const extension of part.definition.extensions) {
        if (lower.endsWith(extension) && extension.length > length) [best, length] = [part, extension.length];
      }
    }
    return best;
  }
}
