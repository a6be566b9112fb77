import type { RasterArray } from "@quadrat/core";
import type { AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import { addValid, type RowReducer, type ValidSum } from "./horizontal.js";

/** How the pixels of a cell become one number, first along the row and then down the column. */
export interface Reduction {
  readonly reducer: RowReducer;
  /** Sums keep the weight of the valid pixels beside them; extremes only need to skip NaN. */
  readonly kind: "sum" | "minimum" | "maximum";
  readonly squared: boolean;
  /** Whether a cell takes part that has a NaN among its pixels; if not its value is NaN. */
  readonly skipsNull: boolean;
}

/** One source row, reduced to a value a cell. */
export interface ReducedRow {
  readonly values: Float64Array;
  /** The weights and numbers of the valid pixels, and whether the pixel under the centre is null: unset while `complete`. */
  readonly weights: Float64Array;
  readonly counts: Int32Array;
  readonly nullCentres: Uint8Array;
  /** No pixel of the row is NaN. */
  complete: boolean;
}

/** The reduced rows that the grid rows under way still need, for one block of columns. */
export interface RowRing {
  row(sourceRow: number): ReducedRow;
  /** Reduces a source row out of the windows that were read for the block's parts. */
  reduce(sourceRow: number, windows: readonly RasterArray[]): void;
  /** What `weights` and `counts` are of a complete row. */
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
  const rows = Array.from({ length: capacity }, () => emptyRow(width, reduction.kind === "sum" ? 0 : NaN));
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
  const { reducer, kind, squared, skipsNull } = reduction;
  const valid: ValidSum = { sum: 0, weight: 0, count: 0 };

  function repair(row: ReducedRow, sourceRow: number, windows: readonly RasterArray[]): void {
    row.weights.set(fullWeights);
    row.counts.set(fullCounts);
    row.nullCentres.fill(0);
    for (let cell = 0; cell < width; cell++) {
      if (row.values[cell] === row.values[cell]) continue;
      valid.sum = valid.weight = valid.count = 0;
      for (const [p, part] of block.parts.entries()) {
        const i = cell - part.from;
        if (i < 0 || i >= part.count) continue;
        const { data, window } = windows[p]!;
        const base = (sourceRow - window.row) * window.width;
        addValid(data, base, part, i, spans.weights, squared, valid);
        const centre = spans.centre[block.start + cell]!;
        const pixel = part.begin[i]! + part.left;
        if (
          centre >= pixel &&
          centre < pixel + part.length[i]! &&
          Number.isNaN(data[base + centre - part.left])
        ) {
          row.nullCentres[cell] = 1;
        }
      }
      row.values[cell] = valid.sum;
      row.weights[cell] = valid.weight;
      row.counts[cell] = valid.count;
    }
  }

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
      row.complete = kind !== "sum" || !hasNaN(row.values);
      if (!row.complete && skipsNull) repair(row, sourceRow, windows);
    },
  };
}

function emptyRow(width: number, nothing: number): ReducedRow {
  return {
    values: new Float64Array(width).fill(nothing),
    weights: new Float64Array(width),
    counts: new Int32Array(width),
    nullCentres: new Uint8Array(width),
    complete: true,
  };
}

function pixelCount(spans: AxisSpans, cell: number): number {
  let count = 0;
  for (let run = spans.first[cell]!; run < spans.first[cell + 1]!; run++)
    count += spans.end[run]! - spans.start[run]!;
  return count;
}

function hasNaN(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== values[i]) return true;
  return false;
}

/** Puts the values of a later part where it is a cell's first run, and adds them where it is not. */
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
