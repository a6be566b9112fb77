/**
 * What code in worker threads needs from core: errors, the grid, rasters, transferring results. Without DuckDB, Arrow
 * and the configuration a thread starts in a fraction of the time and memory.
 */
export * from "./errors.js";
export * from "./grid/affine.js";
export * from "./grid/axis.js";
export * from "./grid/cell-range.js";
export * from "./grid/grid.js";
export * from "./grid/mask.js";
export * from "./grid/mask-coverage.js";
export type * from "./raster/raster.js";
export * from "./raster/block-scratch.js";
export { SlotTable } from "./raster/slot-table.js";
export type { DatasetType, PluginMethod, ResamplingMethod, TimeStatistic } from "./config/types.js";
export { threadModule } from "./workers/thread-module.js";
export * from "./workers/transferable.js";
export * from "./store/bits.js";
export { inHook, isBuiltin, type HookOwner } from "./plugin/hook.js";
export { guardRaster, guardStack, rasterFault, stackFault } from "./plugin/guard-raster.js";
export { parseOptions } from "./plugin/options.js";
export type { ResamplingDefinition } from "./plugin/definitions.js";
export type { Reducer } from "./plugin/reducer.js";
export type * from "./plugin/source.js";
export type { SeriesFile, SeriesSteps } from "./raster/series.js";
export { cleanedUp, quietly } from "./system/clean-up.js";
export { importModule, openFileLimit } from "./system/open-files.js";
export { failingDisk } from "./system/codes.js";
export { outOfFiles } from "./system/too-many-files.js";
export * from "./once.js";
export * from "./sha256.js";
export { fileExists, openFile } from "./files/random-access-file.js";
export type { RandomAccessFile } from "./files/random-access.js";
export { isAddress } from "./remote/address.js";
export * from "./memory-reclaim.js";
export * from "./buffers.js";
export * from "./profile/operations.js";
export { cacheBytes } from "./pipeline/footprint.js";
