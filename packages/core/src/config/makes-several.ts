import { isNamedPattern } from "../files/named-pattern.js";
import { kindOfDataset } from "./kinds.js";
import type { DatasetSettings } from "./schema.js";

/** Whether an entry makes columns that are named after it, and none of its own name. */
export function makesSeveral({ path, source, kind, bands, resample, time }: DatasetSettings): boolean {
  if (path === undefined || (kind ?? kindOfDataset({ path, source })) !== "raster") return false;
  if (bands !== undefined || Array.isArray(resample)) return true;
  return time ? time.by !== "all" && time.then === undefined : isNamedPattern(path);
}
