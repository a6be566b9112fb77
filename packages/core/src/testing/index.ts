/**
 * Conformance suites for authors of plugins. Each returns a list of checks, `{ name, run() }`, for any test runner to
 * loop over; a failing check rejects with what the interface requires and what was found.
 */
export type { Check } from "./check.js";
export { exporterSuite, type ExporterSuiteOptions } from "./exporter-suite.js";
export { memoryBackendSuite, type MemoryBackendSuiteOptions } from "./backend-suite.js";
export { resamplingSuite, type ResamplingSuiteOptions } from "./resampling-suite.js";
export { sourceSuite, type SourceSuiteOptions } from "./source-suite.js";
export { stageSuite, type StageSuiteOptions } from "./stage-suite.js";
export { withStageContext, type StageContextOptions } from "./stage-context.js";
export { unwatchedMemory } from "./unwatched.js";
export { noise, serve, type Behaviour, type RangeServer, type ServedFile } from "./range-server.js";
export { testTable, type TestTableOptions } from "./test-table.js";
