import type { Footprint } from "./footprint.js";
import { diskNeeds, freeSpace, mostDiskBytes, shortageError, shortagesOf } from "./disk.js";
import { forecast, survey } from "../prediction/forecast.js";
import type { Prediction } from "../prediction/predict.js";
import type { TableOutlook } from "../prediction/rows.js";
import { scratchAtOnce, scratchBytes } from "../prediction/scratch.js";
import { required, type StageContext } from "./stage.js";
import { defaultStore } from "./targets.js";

function placesOf({ config, storePath = defaultStore(config) }: StageContext) {
  return { store: storePath, outputs: config.export.directory };
}

/**
 * Whether a run might need more disk space than is free, whatever its inputs contain: a check that costs
 * nothing.
 */
async function mayFillDisk(context: StageContext): Promise<boolean> {
  const { config } = context;
  if (config.prediction.disk === "off") return false;
  // Tables leave records in the store, however few cells there are.
  if (Object.values(config.datasets).some(({ kind }) => kind === "occurrences")) return true;
  const datasets = required(context, "datasets");
  const scratch = datasets.map(({ source, crs }) =>
    source.kind === "raster" ? scratchBytes(source.raster, crs !== required(context, "grid").crs) : 0,
  );
  const most =
    mostDiskBytes(required(context, "grid"), config, datasets.length) +
    scratchAtOnce(scratch, context.workers.size);
  const { store, outputs } = placesOf(context);
  const free = await Promise.all([store, outputs].map((path) => freeSpace(path)));
  return free.some((space) => space !== undefined && space.bytes < most);
}

/**
 * If a run might need more disk space than is free, samples the inputs before anything is touched, and refuses a run that
 * does not fit.
 * @param begun whether an earlier run has left a store, which may hold a part of what is needed: the run is then checked once
 * that part is known
 * @returns the samples, and the prediction unless the run has begun; undefined if no check was needed
 */
export async function lookAhead(
  context: StageContext,
  footprint: Footprint,
  begun: boolean,
): Promise<{ readonly outlook: TableOutlook; readonly prediction?: Prediction } | undefined> {
  if (!(await mayFillDisk(context))) return undefined;
  const outlook = await survey(context);
  if (begun) return { outlook };
  const prediction = await forecast(context, footprint, outlook, { staged: new Set() });
  await checkDisk(context, footprint, outlook, prediction);
  return { outlook, prediction };
}

/**
 * Compares the estimate with the free space, as `prediction.disk` says.
 * @throws QuadratError of kind "output" if it does not fit and is to be refused
 */
export async function checkDisk(
  context: StageContext,
  footprint: Footprint,
  outlook: TableOutlook,
  prediction: Prediction,
  how: "refuse" | "warn" | "off" = context.config.prediction.disk,
): Promise<void> {
  if (how === "off" || context.config.prediction.disk === "off") return;
  const shortages = await shortagesOf(await diskNeeds(prediction, outlook, footprint, placesOf(context)));
  if (shortages.length === 0) return;
  const error = shortageError(shortages, required(context, "grid"));
  if (how === "refuse") throw error;
  context.progress.log("warning", error.message);
}
