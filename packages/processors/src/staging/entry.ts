import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import {
  QuadratError,
  required,
  type DatasetEntry,
  type OpenDataset,
  type StageContext,
  type StagedDataset,
} from "@quadrat/core";
import { pluginIdentity } from "./plugin-identity.js";

/** Changes when the same input would be staged with other values than before. */
const stagingVersion = 4;

/**
 * What the catalogue will say of a dataset. Its key is equal for equal inputs, grids and settings; that of a query rests on
 * the keys of what it reads.
 * @throws QuadratError of kind "input" when the input can't be read
 */
export async function entryOf(
  dataset: OpenDataset,
  position: number,
  reads: readonly StagedDataset[],
  context: StageContext,
): Promise<DatasetEntry> {
  const grid = required(context, "grid");
  const { name, config, driver, method, dataType, source, crs } = dataset;
  if (config.sql !== undefined) {
    const read = reads.map((one) => [one.name, one.key]);
    const identity = { stagingVersion, grid, sql: config.sql, read, dataType };
    const key = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
    return { name, position, path: "", driver, method, dataType, layout: "sparse", key };
  }
  const { size, mtimeMs } = await stat(config.path).catch((cause: unknown) => {
    throw new QuadratError("input", `can't read ${config.path}`, {
      cause,
      place: { dataset: name, file: config.path },
    });
  });
  const { fill: _fill, ...settings } = config;
  const plugins = await pluginIdentity(dataset, context.registry);
  const identity = { stagingVersion, grid, settings, size, mtimeMs, driver, method, dataType, crs, plugins };
  const key = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
  const layout = source.kind === "raster" ? "dense" : "sparse";
  return { name, position, path: config.path, driver, method, dataType, layout, key };
}
