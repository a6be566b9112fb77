import type { OpenDataset, StageContext } from "@quadrat/core";
import { isBuiltin, type HookOwner } from "@quadrat/core/base";

/** The source of a dataset, if it is a plugin's. */
export function thirdParty({ driver }: OpenDataset, { registry }: StageContext): HookOwner | undefined {
  if (!registry.sources.has(driver)) return undefined;
  const { plugin } = registry.sources.get(driver);
  return isBuiltin(plugin) ? undefined : { plugin, part: `source "${driver}"` };
}
