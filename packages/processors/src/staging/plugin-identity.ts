import type { OpenDataset, Registered, StageParts } from "@quadrat/core";
import { isBuiltin } from "@quadrat/core/base";
import { hashOfCode } from "./module-code.js";

/**
 * The plugins that take part in a dataset's values, with what changes when they do; undefined if only Quadrat itself
 * does.
 */
export async function pluginIdentity(
  { driver, method }: OpenDataset,
  { sources, resamplings }: StageParts,
): Promise<unknown> {
  const parts: Registered<unknown>[] = [];
  if (sources.has(driver)) parts.push(sources.get(driver));
  if (resamplings.has(method)) parts.push(resamplings.get(method));
  const foreign = parts.filter(({ plugin }) => !isBuiltin(plugin));
  if (foreign.length === 0) return undefined;
  return Promise.all(
    foreign.map(async ({ plugin, version, module }) => [
      plugin,
      version,
      module === undefined ? null : await hashOfCode(new URL(module)),
    ]),
  );
}
