import { createHash } from "node:crypto";
import {
  required,
  type DatasetEntry,
  type OpenDataset,
  type RasterSeries,
  type StageContext,
  type StagedDataset,
} from "@quadrat/core";
import type { InputFile } from "@quadrat/core/host";
import { pluginIdentity } from "./plugin-identity.js";

/** Changes if the same input would now be staged with different values. */
const stagingVersion = 11;

/**
 * The catalogue's entry of a dataset. Its key is equal for equal grids and settings; that of a query depends on the keys of
 * the datasets it reads, and on the content of their files.
 */
export async function entryOf(
  dataset: OpenDataset,
  inputs: readonly InputFile[],
  position: number,
  reads: readonly StagedDataset[],
  context: StageContext,
): Promise<DatasetEntry> {
  const grid = required(context, "grid");
  const mask = context.mask && { mask: context.mask.cells.identity };
  const { name, config, driver, method, dataType, source, crs } = dataset;
  if (config.sql !== undefined) {
    const read = reads.map((one) => [one.name, one.key, one.inputs?.map(({ sha256 = null }) => sha256)]);
    const identity = { stagingVersion, grid, ...mask, sql: config.sql, read, dataType };
    const key = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
    return { name, position, path: "", driver, method, dataType, layout: "sparse", key };
  }
  const { fill: _fill, ...settings } = config;
  const plugins = await pluginIdentity(dataset, context.registry);
  const series = source.kind === "raster" && source.series ? seriesIdentity(source.series) : undefined;
  const identity = {
    stagingVersion,
    grid,
    ...mask,
    settings,
    driver,
    method,
    dataType,
    crs,
    plugins,
    series,
  };
  const key = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
  const layout = source.kind === "raster" ? "dense" : "sparse";
  const lists = method === "fractions" && layout === "dense" && { lists: true as const };
  return { name, position, path: config.path, driver, method, dataType, layout, ...lists, key, inputs };
}

/** Which layers of which files are taken together, and how. */
function seriesIdentity({ files, groups, statistic, then, complete }: RasterSeries): object {
  const steps = groups.map((group) => [...group]);
  return { files: files.map(({ path, crs }) => [path, crs]), steps, statistic, then, complete };
}
