/** What a program that runs pipelines needs besides `@quadrat/core`: configuration, parts, runs, estimates, reports and SQL. */
export { checkParts, type PartsToCheck } from "./config/check-parts.js";
export { configJsonSchema } from "./config/json-schema.js";
export { convertHint, datasetKind } from "./config/kinds.js";
export { defaultExperiment, loadConfig, parseConfig, type ConfigSource } from "./config/load.js";
export { datasetNameFault } from "./config/names.js";
export { isGiven, locateInConfig } from "./config/places.js";
export { loadPlugins, usePlugins } from "./config/plugins.js";
export { ConfigError, type ConfigProblem } from "./config/problems.js";
export { configWarnings } from "./config/support.js";
export { together, type Located } from "./config/together.js";
export {
  checkNames,
  resamplingMethods,
  type CheckConfig,
  type CheckName,
  type Checks,
  type DatasetKind,
  type DatasetType,
  type ExportFormat,
  type CellColumn,
  type GridConfig,
  type MaskConfig,
  type Measure,
  type BandChoice,
  type DimensionChoice,
  type MemoryLimit,
  type MethodChoice,
  type BackgroundConfig,
  type FoldConfig,
  type PointsConfig,
  type PointValues,
  type Quoting,
  type ResamplingMethod,
  type TimeConfig,
  type TimeGroup,
  type TimeStatistic,
} from "./config/types.js";

export { pointColumns } from "./config/check-points.js";
export { columnsOfCells, type CellColumnFacts, type CellSettings } from "./config/cell-columns.js";
export { insideMask } from "./catalogue/mask-table.js";

export { builtinCore } from "./plugin/builtin.js";
export { pluginApiVersion, type PluginParts } from "./plugin/define-plugin.js";
export { explain } from "./plugin/options.js";
export type { LoadedPlugin } from "./plugin/plugin.js";
export { PartRegistry, provides, Registry } from "./plugin/registry.js";
export { builtinStages, orderStages, type OrderedStage } from "./pipeline/stages.js";

export { inspectPipeline, type InspectedDataset, type Inspection } from "./pipeline/inspect.js";
export type { WorkOutlook } from "./pipeline/work-outlook.js";
export { runPipeline } from "./pipeline/run.js";
export type { RunOptions } from "./pipeline/run-options.js";
export type { RunFindings, RunReport, StageReport } from "./pipeline/report.js";
export { readLiveReport, type LiveReport } from "./pipeline/live-report.js";
export { readMemoryReport, type MemoryReport } from "./pipeline/memory-report.js";
export { arrayText, collectShards } from "./shards/collect.js";
export {
  readPlan,
  type PlannedDataset,
  type PlannedShard,
  type ReadPlan,
  type ShardPlan,
} from "./shards/plan.js";
export { collectPart, collectParts, type PartsReport } from "./shards/parts.js";
export { planShards } from "./shards/plan-shards.js";
export { statusOf, type PlanStatus, type ShardStatus } from "./shards/status.js";
export { slurmScripts, writeSlurmScripts, type ShardCommand } from "./shards/slurm.js";
export { taskIndex } from "./shards/task-index.js";
export { runShard, type ShardReport } from "./shards/run-shard.js";
export { type ShardOptions } from "./shards/shard-run.js";
export { silent } from "./pipeline/progress.js";
export { partialPath, writeWhole } from "./pipeline/output-file.js";
export { identityOf } from "./pipeline/same-file.js";
export { defaultStore, reportPath } from "./pipeline/targets.js";
export type { MergeMode } from "./table/merge-mode.js";

export type { Estimate, StageEstimate } from "./pipeline/estimate.js";
export { cacheDirectory, type CacheHost } from "./prediction/cache-directory.js";
export type { PastRun, Quantities } from "./prediction/experience.js";
export type { RunFeatures } from "./prediction/features.js";
export { rasterNanoseconds } from "./prediction/work.js";
export { RunHistory } from "./prediction/history.js";
export type { PredictedAndActual, PredictionOutcome } from "./prediction/outcome.js";

export {
  footprintWish,
  planFootprint,
  scanBytes,
  sourceShare,
  stagingBytes,
  tablesBytes,
  type Footprint,
  type FootprintWish,
} from "./pipeline/footprint.js";
export type {
  Adaptation,
  KeptSample,
  MemoryObserver,
  MemoryParts,
  MemoryWatch,
  SuspectedLeak,
} from "./plugin/memory.js";
export type { OperationProfile, StageProfile } from "./profile/memory-profile.js";

export { markedEncoding } from "./files/byte-order-mark.js";
export { filesOfFolder } from "./files/folder.js";
export { naturalOrder } from "./files/natural-order.js";
export {
  filesOfNamedPattern,
  isNamedPattern,
  placeholdersOf,
  withoutPlaceholders,
  type DatePart,
  type NamedFile,
} from "./files/named-pattern.js";
export { filesOfPattern, isPattern } from "./files/pattern.js";
export { compareDates, dateParts } from "./config/dates.js";
export {
  findInputFiles,
  isSameFile,
  type HashedFile,
  type InputFile,
  type InputFiles,
} from "./inputs/input-files.js";
export { contentText, isIdentified } from "./inputs/remote-input.js";
export { systemFault, type SystemPlaces } from "./system/fault.js";
export { makeTemporaryFolder, type TemporaryFolder } from "./system/temporary.js";

export { keepBatch, returnData } from "./store/batch-buffers.js";
export { inGroups, isGrouped, isHalved, roundBytes } from "./table/column-groups.js";
export { DuckDbStore, duckDbVersion, type OpenStoreOptions } from "./store/duckdb-store.js";
export { NullRows, type AppendOptions, type QueryOptions, type StoreLimits } from "./store/store.js";
export { bindDatasetQueries, selectFrom } from "./sql/bind-queries.js";
export {
  bindCondition,
  parseCondition,
  wrongCondition,
  type Condition,
  type ConditionColumn,
} from "./sql/condition.js";
export { parseDatasetQueries, type DatasetQueries, type DatasetQuery } from "./sql/dataset-queries.js";
export { describeStore, type StoreColumn, type StoreTable } from "./sql/describe-store.js";
export { queryFault } from "./sql/faults.js";
export { withReader, type OpenReaderOptions } from "./sql/open-reader.js";
export { StoreReader, type QueryResult, type ReaderOptions } from "./sql/reader.js";
export { nameText, readRelations, relationText, type Relation } from "./sql/relations.js";
export { splitStatements, statementsOf, type SplitSql } from "./sql/statements.js";
export { isNumeric, jsonText, plainText } from "./sql/value-text.js";
export { columnNames, keyOf } from "./catalogue/column-names.js";
export { listedCells, listsTable } from "./catalogue/listed-cells.js";
export { listedValue, partOf, stagedColumns, withAbsent, type ListNames } from "./catalogue/dataset-entry.js";
export { recordBatch, rowsOfBatch } from "./table/record-batch.js";
export type { ColumnMap } from "./overview/column-pass.js";
export type { OverviewDataset, OverviewSource } from "./overview/columns.js";
export type { Correlations, Inflation } from "./overview/correlation.js";
export type { RecordsOverview } from "./overview/left-out.js";
export type { MapShape } from "./overview/map-shape.js";
export type { Names } from "./overview/names.js";
export type { FoldsOverview, PointsOverview } from "./overview/points.js";
export { readSummary, type SummarisedColumn, type TableSummary } from "./overview/summary.js";
export type { ValueTable } from "./overview/scan.js";
export { readOverview, type StoreOverview } from "./overview/overview.js";
export type { ColumnOverview, ColumnsOverview, OverviewGrid } from "./overview/read-overview.js";
export type { RunRecord } from "./overview/run-record.js";
