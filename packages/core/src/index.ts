/** What authors of plugins need. A program that hosts pipelines finds the rest in `@quadrat/core/host`. */
export { definePlugin, type DefinedPlugin } from "./plugin/define-plugin.js";
export type { Plugin, StageDefinition } from "./plugin/plugin.js";
export type {
  ExporterDefinition,
  MemoryBackendDefinition,
  OptionsSchema,
  ResamplingDefinition,
  SourceDefinition,
} from "./plugin/definitions.js";
export {
  isAbort,
  isQuadratError,
  locate,
  nearest,
  QuadratError,
  type ErrorPlace,
  type QuadratErrorKind,
  type QuadratErrorOptions,
} from "./errors.js";
export { version } from "./version.js";

export * from "./grid/affine.js";
export { Axis } from "./grid/axis.js";
export type { CellRange } from "./grid/cell-range.js";
export { Grid, type Bounds, type GridSpec } from "./grid/grid.js";
export { Mask, type EachRun, type MaskBuilder } from "./grid/mask.js";
export type { OpenMask } from "./pipeline/open-mask.js";
export type { Config, DatasetConfig } from "./config/types.js";

export type * from "./table/exporter.js";
export type * from "./table/points.js";
export type * from "./plugin/source.js";
export type * from "./raster/raster.js";
export type { BlockSamples, BlockScratch, KeptBlock, ScratchShare } from "./raster/block-scratch.js";
export type { Reducer } from "./plugin/reducer.js";

export type * from "./raster/series.js";
export {
  required,
  type ColumnOrigin,
  type ExportedFile,
  type OpenDataset,
  type RasterInput,
  type Stage,
  type StageContext,
} from "./pipeline/stage.js";
export type { CellBlock, RangeColumn, RangeFacts, RangeWriter } from "./shards/range-file.js";
export type * from "./shards/stage-contract.js";
export type { Parts, Registered, StageParts } from "./plugin/parts.js";
export type { LogLevel, Progress } from "./pipeline/progress.js";
export type { DatasetWork } from "./pipeline/dataset-work.js";
export { Catalogue } from "./catalogue/catalogue.js";
export type {
  Conservation,
  DatasetEntry,
  StagedColumn,
  StagedDataset,
  StagedFacts,
} from "./catalogue/dataset-entry.js";
export { qualify, quoteIdentifier, quoteLiteral, type Store, type TableName } from "./store/store.js";
export { columnTypes } from "./store/types.js";

export type {
  MemoryBackend,
  MemoryForum,
  MemoryLevel,
  MemoryPressure,
  MemorySample,
  MemoryVote,
  MemoryVoter,
  Sizes,
} from "./plugin/memory.js";
export { donateBuffer, returnBuffer, takeBuffer } from "./buffers.js";
export { returnBatch } from "./store/batch-buffers.js";
export { WorkerPool } from "./workers/pool.js";
export { threadModule } from "./workers/thread-module.js";
export { Transferable, transferable } from "./workers/transferable.js";
