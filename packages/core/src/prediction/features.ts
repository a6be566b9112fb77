import { createHash } from "node:crypto";
import type { Config } from "../config/types.js";
import type { Grid } from "../grid/grid.js";
import type { MergeMode } from "../table/merge-mode.js";
import type { OpenDataset } from "../pipeline/stage.js";

/** The features of a run that decide how good an estimate of it is. */
export interface RunFeatures {
  readonly mode: MergeMode;
  readonly join: string;
  /** Names of the exporters, `csv.gz` for a compressed CSV, joined by `+`. */
  readonly formats: string;
  readonly limit_bytes: number;
  readonly threads: number;
  readonly cells: number;
  /** Cells times datasets. */
  readonly values: number;
  /** Pixels and records to read. */
  readonly reads: number;
  /** Fraction of the inputs that was already staged. */
  readonly staged_share: number;
  /** Whether the process was started with its allocator set for little memory, as `quadrat` itself does. */
  readonly lean_process: boolean;
  /** Identifies grid and inputs without revealing them: a hash. */
  readonly inputs: string;
}

export interface FeatureInput {
  readonly grid: Grid;
  readonly datasets: readonly OpenDataset[];
  readonly config: Pick<Config, "merge" | "export" | "mask">;
  readonly mode: MergeMode;
  readonly limitBytes: number;
  readonly threads: number;
  readonly reads: number;
  readonly stagedShare: number;
  /** Columns besides the coordinates, as far as they are known. */
  readonly columns?: number;
}

export function featuresOf(input: FeatureInput): RunFeatures {
  const {
    grid,
    datasets,
    config,
    mode,
    limitBytes,
    threads,
    reads,
    stagedShare,
    columns = datasets.length,
  } = input;
  const formats = config.export.formats.map(({ use, options }) =>
    use === "csv" && (options["compress"] ?? config.export.compress) === true ? "csv.gz" : use,
  );
  const inputs = [
    grid.toJSON(),
    datasets.map(({ name, config: { path, sql, band, fill }, method, dataType }) => ({
      name,
      path,
      sql,
      band,
      fill,
      method,
      dataType,
    })),
    ...(config.mask ? [config.mask] : []),
  ];
  return {
    mode,
    join: config.merge.join,
    formats: formats.sort().join("+"),
    limit_bytes: limitBytes,
    threads,
    cells: grid.size,
    values: grid.size * columns,
    reads,
    staged_share: stagedShare,
    lean_process: process.env["MALLOC_ARENA_MAX"] !== undefined,
    inputs: createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 16),
  };
}

/** The distance that different inputs add, by quantity: rows and bytes depend on the data, time hardly does. */
export const otherInputs = { rows: 6, bytes: 3, memory: 1, seconds: 1 } as const;

/**
 * The distance between two runs: 0 for the same configuration, and 1 for each doubling of a size. Sizes that matter
 * less count half, and differences in the way of working count more.
 */
export function distance(a: RunFeatures, b: RunFeatures, inputsDiffer: number): number {
  const doublings = (key: "cells" | "reads" | "limit_bytes"): number =>
    Math.abs(Math.log2((a[key] + 1) / (b[key] + 1)));
  const columns = Math.abs(Math.log2((a.values * b.cells) / (b.values * a.cells)));
  return (
    doublings("cells") +
    columns +
    0.5 * doublings("reads") +
    0.5 * doublings("limit_bytes") +
    2 * Math.abs(a.staged_share - b.staged_share) +
    (a.mode === b.mode ? 0 : 2) +
    (a.formats === b.formats ? 0 : 2) +
    (a.join === b.join ? 0 : 1) +
    (a.threads === b.threads ? 0 : 1) +
    (a.lean_process === b.lean_process ? 0 : 1) +
    (a.inputs === b.inputs ? 0 : inputsDiffer)
  );
}
