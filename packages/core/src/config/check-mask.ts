import { addressFault, isAddress } from "./address.js";
import { kindOfDataset } from "./kinds.js";
import type { Settings } from "./schema.js";

type MaskSettings = NonNullable<Settings["mask"]>;

const polygonKeys = ["rule", "threshold", "layer", "where", "invalid", "coverage"] as const;

/** Refuses what can't be done with a mask. */
export function checkMask(
  mask: MaskSettings,
  report: (key: keyof MaskSettings, message: string, on?: "key" | "value") => void,
): void {
  const { path, rule, threshold } = mask;
  if (isAddress(path)) {
    report("path", addressFault);
    return;
  }
  if (kindOfDataset({ path }) === "raster") {
    for (const key of polygonKeys)
      if (mask[key] !== undefined) report(key, "applies to polygons; the mask is a raster", "key");
    return;
  }
  if (threshold !== undefined && rule !== "coverage")
    report("threshold", "used only with rule: coverage", "key");
}
