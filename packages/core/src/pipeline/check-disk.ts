import type { Footprint } from "./footprint.js";
import { diskNeeds, freeSpace, mostDiskBytes, shortageError, shortagesOf } from "./disk.js";
import type { Prediction } from "../prediction/predict.js";
import type { TableOutlook } from "../prediction/rows.js";
import { required, type StageContext } from "./stage.js";
import { defaultStore } from "./targets.js";

function placesOf({ config, storePath = defaultStore(config) }: StageContext) {
  return { store: storePath, outputs: config.export.directory };
}

/** Whether a run might need more disk than is free, whatever is in its inputs: a look that costs nothing. */
export async function mayFillDisk(context: StageContext): Promise<boolean> {
  const { config } = context;
  if (config.disk.check === "off") return false;
  // Tables leave records behind, however few cells there are.
  if (Object.values(config.datasets).some(({ kind }) => kind === "occurrences")) return true;
  const most = mostDiskBytes(required(context, "grid"), config);
  const { store, outputs } = placesOf(context);
  const free = await Promise.all([store, outputs].map((path) => freeSpace(path)));
  return free.some((space) => space !== undefined && space.bytes < most);
}

/**
 * Holds the estimate against the free space, as `disk.check` says.
 * @throws QuadratError of kind "output" where it does not fit and is to be refused
 */
export async function checkDisk(
  context: StageContext,
  footprint: Footprint,
  outlook: TableOutlook,
  prediction: Prediction,
  how: "refuse" | "warn" | "off" = context.config.disk.check,
): Promise<void> {
  if (how === "off" || context.config.disk.check === "off") return;
  const shortages = await shortagesOf(await diskNeeds(prediction, outlook, footprint, placesOf(context)));
  if (shortages.length === 0) return;
  const error = shortageError(shortages, required(context, "grid"));
  if (how === "refuse") throw error;
  context.progress.log("warning", error.message);
}
