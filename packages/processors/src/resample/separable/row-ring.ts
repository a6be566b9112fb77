import type { RasterArray } from "@quadrat/core/base";
import type { AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import { nullRepair } from "./null-repair.js";
import type { ReducedRow, Reduction, RowNulls } from "./reduced-row.js";

/** The reduced rows that the grid rows under way still need, for one block of columns. */
export interface RowRing {
  row(sourceRow: number): ReducedRow;
  /** Reduces a source row from the windows that were read for the block's parts. */
  reduce(sourceRow: number, windows: readonly RasterArray[]): void;
  /** The weights and counts in a row without nulls. */
  readonly fullWeights: Float64Array;
  readonly fullCounts: Int32Array;
}

export function rowRing(
  spans: AxisSpans,
  block: ColumnBlock,
  reduction: Reduction,
  capacity: number,
): RowRing {
  const width = block.end - block.start;
  const rows = Array.from({ length: capacity }, () => emptyRow(width, reduction.kind));
  const scratch = new Float64Array(width);
  const firstPart = block.parts[0];
  const views = rows.map((row) => row.values.subarray(firstPart?.from ?? 0));
  const continued = block.parts.map((part, p) =>
    Uint8Array.from({ length: part.count }, (_, i) =>
      block.parts.slice(0, p).some((q) => part.from + i >= q.from && part.from + i < q.from + q.count)
        ? 1
        : 0,
    ),
  );
  const fullCounts = Int32Array.from({ length: width }, (_, i) => pixelCount(spans, block.start + i));
  const fullWeights = spans.total.slice(block.start, block.end);
  const { reducer, kind, skipsNull } = reduction;
  const spare: RowNulls[] = [];
  const repair = nullRepair(spans, block, reduction, fullWeights, fullCounts);

  return {
    fullWeights,
    fullCounts,
    row: (sourceRow) => rows[sourceRow % capacity]!,
    reduce(sourceRow, windows) {
      const row = rows[sourceRow % capacity]!;
      for (const [p, part] of block.parts.entries()) {
        const { data, window } = windows[p]!;
        const base = (sourceRow - window.row) * window.width;
        if (p === 0) {
          reducer(data, base, part, spans.weights, views[sourceRow % capacity]!);
        } else {
          reducer(data, base, part, spans.weights, scratch);
          join(row.values, scratch, part.from, continued[p]!, kind);
        }
      }
      row.nulls = undefined;
      if (kind !== "sum" || !skipsNull) return;
      const nulls = (spare[sourceRow % capacity] ??= emptyNulls(width));
      if (repair(row.values, nulls, sourceRow, windows)) row.nulls = nulls;
    },
  };
}

function emptyRow(width: number, kind: Reduction["kind"]): ReducedRow {
  return { values: new Float64Array(width).fill(kind === "sum" ? 0 : NaN), nulls: undefined };
}

function emptyNulls(width: number): RowNulls {
  return { weights: new Float64Array(width), counts: new Int32Array(width), centres: new Uint8Array(width) };
}

function pixelCount(spans: AxisSpans, cell: number): number {
  let count = 0;
  for (let run = spans.first[cell]!; run < spans.first[cell + 1]!; run++)
    count += spans.end[run]! - spans.start[run]!;
  return count;
}

/** Stores the values of a later part if it has the cell's first run, and adds them otherwise. */
function join(
  values: Float64Array,
  others: Float64Array,
  from: number,
  continued: Uint8Array,
  kind: Reduction["kind"],
): void {
  for (let i = 0; i < continued.length; i++) {
    const value = values[from + i]!;
    const other = others[i]!;
    if (!continued[i]) values[from + i] = other;
    else if (kind === "sum") values[from + i] = value + other;
    else if (value !== value || (kind === "minimum" ? other < value : other > value))
      values[from + i] = other;
  }
}
