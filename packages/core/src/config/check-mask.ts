import { kindOfDataset } from "./kinds.js";
import type { Settings } from "./schema.js";

type MaskSettings = NonNullable<Settings["mask"]>;

const polygonKeys = ["rule", "threshold", "layer", "where", "invalid"] as const;

/** Refuses what can't be done with a mask. */
export function checkMask(
  mask: MaskSettings,
  report: (key: keyof MaskSettings, message: string, on?: "key" | "value") => void,
): void {
  const { path, rule, threshold } = mask;
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) {
    report("path", "inputs are read from files; download it and give the path of the local copy");
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
