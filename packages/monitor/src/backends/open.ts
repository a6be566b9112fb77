import {
  locate,
  QuadratError,
  type MemoryBackend,
  type MemoryBackendDefinition,
  type Registered,
} from "@quadrat/core";
import { explain } from "@quadrat/core/host";

export interface OpenBackendOptions {
  /** The limit of the run, in bytes; handed to the backend as its option `limit`. */
  readonly limit: number;
  /** The options that the configuration gives the backend. */
  readonly options?: unknown;
}

/**
 * Validates the options of a registered backend and creates it. The run's limit is added as `limit` unless the
 * options have one; a backend whose schema refuses it is assumed to know its own.
 * @throws QuadratError with the plugin's name
 */
export async function openMemoryBackend(
  { definition, plugin }: Registered<MemoryBackendDefinition>,
  { limit, options = {} }: OpenBackendOptions,
): Promise<MemoryBackend> {
  const place = { plugin, key: "memory.backend" };
  const parsed = parse(definition, limit, options, place);
  let backend: MemoryBackend;
  try {
    backend = await definition.create(parsed);
  } catch (error) {
    throw locate(error, place, "plugin");
  }
  if (typeof (backend as Partial<MemoryBackend> | undefined)?.sample !== "function") {
    throw new QuadratError("plugin", `memory backend "${definition.name}" has no sample()`, { place });
  }
  return backend;
}

function parse(
  { name, options: schema }: MemoryBackendDefinition,
  limit: number,
  given: unknown,
  place: { plugin: string; key: string },
): unknown {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const offered: unknown = isObject ? { limit, ...given } : given;
  if (!schema) return offered;
  try {
    return schema.parse(offered);
  } catch {
    try {
      return schema.parse(given);
    } catch (cause) {
      throw new QuadratError(
        "usage",
        `the options of memory backend "${name}" are invalid: ${explain(cause)}`,
        {
          cause,
          place,
        },
      );
    }
  }
}
