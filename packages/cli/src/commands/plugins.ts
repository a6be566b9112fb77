import { existsSync } from "node:fs";
import type { Registered } from "@quadrat/core";
import { loadConfig, type Registry } from "@quadrat/core/host";
import { createRegistry } from "../host.js";
import type { GlobalOptions } from "../host.js";
import type { Output } from "../output.js";
import { tableText } from "../table.js";

/** One plugin part, as listed. */
interface ListedPart {
  readonly kind: string;
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly description: string;
}

const defaultConfig = "config.yml";

/** Lists the built-in parts, and with a configuration those of its plugins. */
export async function run({ config: file, experiment }: GlobalOptions, output: Output): Promise<void> {
  const wanted = file !== defaultConfig || experiment !== undefined || existsSync(file);
  const config = wanted ? await loadConfig({ file, experiment }) : undefined;
  const parts = listParts(await createRegistry(config));
  output.result(output.json ? `${JSON.stringify(parts, null, 2)}\n` : partsText(parts));
}

function listParts(registry: Registry): ListedPart[] {
  const { stages, sources, resamplings, exporters, memoryBackends } = registry;
  return [stages, sources, resamplings, exporters, memoryBackends].flatMap((parts) => {
    const listed: ListedPart[] = [];
    for (const part of parts as Iterable<Registered<{ name: string; description?: string }>>) {
      const { name, description = "" } = part.definition;
      listed.push({ kind: parts.kind, name, package: part.plugin, version: part.version, description });
    }
    return listed;
  });
}

function partsText(parts: readonly ListedPart[]): string {
  const rows = parts.map((part) => [part.kind, part.name, part.package, part.version, part.description]);
  return `${tableText([["kind", "name", "package", "version", "what it is"], ...rows]).join("\n")}\n`;
}
