import { isAddress } from "../remote/address.js";
import { addressProblem } from "./check-address.js";
import { kindOfDataset } from "./kinds.js";
import type { Settings } from "./schema.js";

type MaskSettings = NonNullable<Settings["mask"]>;

const polygonKeys = ["rule", "threshold", "layer", "where", "invalid", "coverage"] as const;

/** Refuses what can't be done with a mask. */
export function checkMask(
  mask: MaskSettings,
  report: (key: keyof MaskSettings, message: string, on?: "key" | "value") => void,
  offline: boolean,
): void {
  const { path, rule, threshold } = mask;
  const problem = isAddress(path) ? addressProblem({ path }, offline, false) : undefined;
  if (problem !== undefined) {
    report("path", problem);
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
