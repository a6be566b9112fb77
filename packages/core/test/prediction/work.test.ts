import { describe, expect, it } from "vitest";
import { estimateDemand } from "../../src/prediction/demand.js";
import type { ColumnOutlook } from "../../src/prediction/rows.js";

interface Job {
  readonly cells: readonly [width: number, height: number];
  readonly rasters: number;
  /** Pixels of each. */
  readonly pixels: number;
  readonly method: string;
  readonly reprojected?: boolean;
  /** Share of the cells with a value. */
  readonly filled?: number;
  /** Of the exporter; none for a store alone. */
  readonly format?: string;
  readonly compress?: boolean;
  readonly staged?: boolean;
}

function estimated({ cells: [width, height], rasters, filled = 1, ...job }: Job): number {
  const size = width * height;
  const column: ColumnOutlook = {
    ...{
      name: "a",
      kind: "raster",
      values: size * filled,
      bytes: 4,
      storedBytes: 4,
      noise: false,
      characters: 6,
    },
    ...{ reads: job.pixels, method: job.method, reprojected: job.reprojected ?? false },
  };
  const centre = { centre: (index: number) => index + 0.5 };
  return estimateDemand({
    grid: { size, width, height, x: centre, y: centre } as never,
    outlook: { rows: size * filled, columns: Array.from({ length: rasters }, () => column) },
    config: {
      merge: { join: "outer", enableStreaming: true, streamingChunkSize: 5000 },
      export: {
        formats: job.format === undefined ? [] : [{ use: job.format, options: {} }],
        ...{ compress: job.compress ?? false, chunkSize: 10_000, directory: "/", name: "merged" },
      },
    },
    mode: "streaming",
    footprint: { columns: rasters, threads: 2, duckDbBytes: 5e7, windowSize: 2048 },
    limitBytes: 512e6,
    batchRows: 5000,
    stagedShare: job.staged ? 1 : 0,
  }).seconds;
}

const globe = { cells: [3600, 1800], pixels: 7200 * 3600 } as const;
const store = { cells: [4000, 2500], rasters: 10, pixels: 1e7, method: "near", staged: true } as const;
const europe = { cells: [6800, 7000], rasters: 1, pixels: 48e6, reprojected: true } as const;
const utm = { cells: [7500, 5000], rasters: 1, pixels: 64e6, reprojected: true } as const;
const growth = (rows: number) =>
  ({ cells: [8000, rows], rasters: 3, pixels: 8000 * rows, method: "near", format: "csv" }) as const;

/**
 * Seconds that the suites of the benchmark took on two cores of an AMD EPYC with nothing else to do; of rms, mode, med and q3
 * by their ratio to the other methods in a later run.
 */
const jobs: readonly [string, Job, number][] = [
  ["P1", { ...globe, rasters: 10, method: "average", format: "csv" }, 5.88],
  ["P2 average, 10 files", { ...globe, rasters: 10, method: "average" }, 3.74],
  ["P2 near, 10 files", { ...globe, rasters: 10, method: "near" }, 3.44],
  ["P2 bilinear, 10 files", { ...globe, rasters: 10, method: "bilinear" }, 4.26],
  ["P2 cubic, 10 files", { ...globe, rasters: 10, method: "cubic" }, 4.56],
  ["P2 cubicspline, 2 files", { ...globe, rasters: 2, method: "cubicspline" }, 1.51],
  ["P2 rms, 2 files", { ...globe, rasters: 2, method: "rms" }, 1.5],
  ["P2 mode, 2 files", { ...globe, rasters: 2, method: "mode" }, 1.5],
  ["P2 min, 2 files", { ...globe, rasters: 2, method: "min" }, 1.42],
  ["P2 med, 2 files", { ...globe, rasters: 2, method: "med" }, 1.45],
  ["P2 q3, 2 files", { ...globe, rasters: 2, method: "q3" }, 1.45],
  ["P2 sum, 2 files", { ...globe, rasters: 2, method: "sum" }, 1.28],
  ["P2 average, EPSG:4326 to EPSG:3035", { ...europe, method: "average" }, 8.21],
  ["P2 near, EPSG:4326 to EPSG:3035", { ...europe, method: "near" }, 3.7],
  ["P2 bilinear, EPSG:4326 to EPSG:3035", { ...europe, method: "bilinear" }, 3.98],
  ["P2 cubic, EPSG:4326 to EPSG:3035", { ...europe, method: "cubic" }, 4.46],
  ["P2 average, UTM to EPSG:4326", { ...utm, method: "average" }, 5.18],
  ["P2 near, UTM to EPSG:4326", { ...utm, method: "near" }, 3.07],
  ["P2 bilinear, UTM to EPSG:4326", { ...utm, method: "bilinear" }, 3.3],
  ["P2 cubic, UTM to EPSG:4326", { ...utm, method: "cubic" }, 3.89],
  ["P3 csv", { ...store, format: "csv" }, 3.81],
  ["P3 parquet", { ...store, format: "parquet" }, 3.56],
  ["P3 arrow", { ...store, format: "arrow" }, 3.15],
  ["P3 csv.gz", { ...store, format: "csv", compress: true }, 5.22],
  ["P4 1 million cells", growth(125), 1.15],
  ["P4 4 million cells", growth(500), 1.92],
  ["P4 16 million cells", growth(2000), 5.23],
  ["P4 64 million cells", growth(8000), 19.71],
];

describe("the time before any run", () => {
  it.each(jobs)("is within a factor of 1.6 of what the benchmark has measured: %s", (_name, job, seconds) => {
    const ratio = estimated(job) / seconds;
    expect(ratio).toBeGreaterThan(1 / 1.6);
    expect(ratio).toBeLessThan(1.6);
  });
});
