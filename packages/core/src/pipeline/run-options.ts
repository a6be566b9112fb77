import type { MemoryWatch } from "../plugin/memory.js";
import type { Registry } from "../plugin/registry.js";
import type { StagedElsewhere } from "../shards/stage-contract.js";
import type { Progress } from "./progress.js";

export interface RunOptions {
  readonly registry: Registry;
  readonly memory: MemoryWatch;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Path of the store; default `<directory>/quadrat.duckdb`. */
  readonly store?: string;
  /** Ignore earlier work. */
  readonly fresh?: boolean;
  /** Wait while another process has the store open. */
  readonly wait?: boolean;
  /** What shards have staged, which is then not staged again. */
  readonly elsewhere?: StagedElsewhere;
  /** Makes the table of these rows of the grid alone, from what shards have staged. */
  readonly rows?: readonly [first: number, end: number];
}
