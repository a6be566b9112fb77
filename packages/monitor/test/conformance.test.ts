import { memoryBackendSuite } from "@quadrat/core/testing";
import type { MemoryBackendDefinition } from "@quadrat/core";
import { describe, it } from "vitest";
import { builtinMonitor } from "../src/index.js";

const options: Readonly<Record<string, Record<string, unknown>>> = {
  scripted: { ratios: [0.5, 0.9], repeat: true },
};

/** Not every machine tells of pressure, or has a control group. */
async function works(definition: MemoryBackendDefinition): Promise<boolean> {
  try {
    await (await definition.create({ limit: 1e9, ...options[definition.name] })).sample();
    return true;
  } catch {
    return false;
  }
}

describe.each(builtinMonitor.memoryBackends as readonly MemoryBackendDefinition[])(
  "$name",
  async (definition) => {
    const possible = await works(definition);
    const settings = { options: { limit: 1e9, ...options[definition.name] } };
    for (const { name, run } of memoryBackendSuite(definition, settings)) it.runIf(possible)(name, run);
  },
);
