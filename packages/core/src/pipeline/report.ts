import type { Adaptation } from "../plugin/memory.js";
import type { PredictionOutcome } from "../prediction/outcome.js";
import type { MergeMode } from "../table/merge-mode.js";
import type { ExportedFile } from "./stage.js";

export interface StageReport {
  readonly name: string;
  readonly seconds: number;
  readonly rows: number;
  readonly peak_rss_bytes: number;
}

/** What a run did. */
export interface RunFindings {
  readonly experiment: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly files: readonly ExportedFile[];
  readonly seconds: number;
  readonly peak_rss_bytes: number;
  readonly memory_limit_bytes: number;
  readonly mode: { readonly start: MergeMode; readonly end: MergeMode };
  readonly batch_rows: { readonly start: number; readonly min: number; readonly end: number };
  readonly adaptations: readonly Adaptation[];
  readonly stages: readonly StageReport[];
}

/** What a run did, and the error of its estimate; printed as it is by `quadrat run --json`. */
export interface RunReport extends RunFindings {
  readonly prediction: PredictionOutcome;
}
