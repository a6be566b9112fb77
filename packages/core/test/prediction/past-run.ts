import type { PastRun, RunFeatures } from "../../src/host.js";
import { idleBytes } from "../../src/prediction/demand.js";

export const features: RunFeatures = {
  mode: "memory",
  join: "outer",
  formats: "csv",
  limit_bytes: 1e9,
  threads: 2,
  cells: 1e6,
  values: 4e6,
  reads: 4e6,
  staged_share: 0,
  lean_process: true,
  inputs: "a",
};

/** A run that took so many times what was estimated: peak above the idle process, rows, store and outputs, seconds. */
export function pastRun(
  facts: Partial<RunFeatures> & { peak?: number; rows?: number; bytes?: number; time?: number },
): PastRun {
  const { peak = 1, rows = 1, bytes = 1, time = 1, ...more } = facts;
  const estimated = {
    rows: 1000,
    peak_rss_bytes: idleBytes + 1e8,
    store_bytes: 1e6,
    output_bytes: 2e6,
    seconds: 10,
    stage_seconds: { resample: 6, export: 4 },
  };
  return {
    time: "2026-01-01T00:00:00.000Z",
    version: "0.1.0",
    features: { ...features, ...more },
    estimated,
    predicted: estimated,
    actual: {
      rows: 1000 * rows,
      peak_rss_bytes: idleBytes + 1e8 * peak,
      store_bytes: 1e6 * bytes,
      output_bytes: 2e6 * bytes,
      seconds: 10 * time,
      stage_seconds: { resample: 6 * time, export: 4 * time },
    },
  };
}
