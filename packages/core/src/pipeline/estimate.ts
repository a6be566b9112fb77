import type { Grid } from "../grid/grid.js";
import type { DataType } from "../raster/raster.js";
import { columnTypes } from "../store/types.js";
import type { OpenDataset } from "./stage.js";

/** What a run will need, before it is run. Sizes in bytes, all of them upper estimates. */
export interface Estimate {
  readonly cells: number;
  /** Rows of the merged table at most. */
  readonly rows: number;
  readonly columns: number;
  /** Source pixels to decode. */
  readonly pixels: number;
  readonly bytes_per_row: number;
  /** The merged table, held whole. */
  readonly table_bytes: number;
  readonly peak_memory_bytes: { readonly memory: number; readonly streaming: number };
  readonly disk_bytes: number;
  readonly seconds: number;
}

/** Resident set of the process with DuckDB and two worker threads at work, measured on Linux with Node 20. */
const processBytes = 230 * 2 ** 20;

/** Arrow batches are filtered copies: while one is built the table is there once, and that batch twice. */
const copies = 1.2;

/** Measured on two cores: pixels decoded and resampled, values staged, values joined and written as text, per second. */
const rates = { pixels: 30e6, staged: 8e6, written: 10e6 };

/** Characters of a number in a CSV, with its comma. */
const textBytes = 9;

/** Estimates from the grid, the column types and the sizes of the inputs alone. */
export function estimateRun(grid: Grid, datasets: readonly OpenDataset[]): Estimate {
  const cells = grid.size;
  const widths = datasets.map(({ dataType }) => widthOf(dataType));
  const valueBytes = widths.reduce((sum, width) => sum + width, 0);
  const bytesPerRow = 16 + valueBytes;
  const pixels = datasets.reduce((sum, { source }) => {
    return source.kind === "raster" ? sum + source.raster.width * source.raster.height : sum;
  }, 0);
  const table = cells * bytesPerRow;
  const values = cells * datasets.length;
  return {
    cells,
    rows: cells,
    columns: datasets.length + 2,
    pixels,
    bytes_per_row: bytesPerRow,
    table_bytes: table,
    peak_memory_bytes: { memory: Math.round(processBytes + copies * table), streaming: processBytes },
    disk_bytes: Math.round(cells * valueBytes + cells * (datasets.length + 2) * textBytes),
    seconds: Math.ceil(
      1 + pixels / rates.pixels + values / rates.staged + (values + 2 * cells) / rates.written,
    ),
  };
}

function widthOf(type: DataType): number {
  return columnTypes[type].bytes;
}

/** Share of the memory limit that an in-memory run may be expected to need before `auto` prefers streaming. */
const autoShare = 0.6;

/** The decision of `enable_streaming: auto`. */
export function shouldStream(estimate: Estimate, limitBytes: number): boolean {
  return estimate.peak_memory_bytes.memory > autoShare * limitBytes;
}
