import type { RasterSource } from "@quadrat/core/base";
import type { Accumulator } from "../methods/accumulator.js";
import { fitsFloat32 } from "../methods/methods.js";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import { fitsInRows } from "./pixel-finisher.js";
import type { CellMaker, RowFinisher } from "./separable.js";

/**
 * Cells by an accumulator, from the source rows of a grid row: every source row is read once.
 * @returns undefined if these rows are too many
 */
export function accumulatedFinisher(
  accumulator: Accumulator,
  axes: AxisPair,
  source: Pick<RasterSource, "dataType" | "width">,
): RowFinisher | undefined {
  if (!fitsInRows(axes, source)) return undefined;
  return {
    axes,
    cells: (block, capacity) => [accumulatedCells(accumulator, axes, block, capacity, source)],
  };
}

function accumulatedCells(
  accumulator: Accumulator,
  { columns, rows }: AxisPair,
  block: ColumnBlock,
  capacity: number,
  { dataType }: Pick<RasterSource, "dataType">,
): CellMaker {
  const { start, end, width } = block;
  const kept = new (fitsFloat32(dataType) ? Float32Array : Float64Array)(capacity * width);
  const begins = runBegins(columns, block);
  const firstRun = columns.first[start]!;
  const shares = new Float64Array(width);
  const { cellArea } = accumulator;

  const addRow = (run: number, at: number, weight: number): void => {
    const count = columns.end[run]! - columns.start[run]!;
    const offset = columns.offset[run]!;
    if (weight === 1) return accumulator.add(kept, at, 0, columns.weights, count, 1, offset);
    for (let i = 0; i < count; i++) shares[i] = weight * columns.weights[offset + i]!;
    accumulator.add(kept, at, 0, shares, count, 1, 0);
  };

  return {
    start,
    end,
    reduce(sourceRow, windows) {
      let to = (sourceRow % capacity) * width;
      for (const { data, window } of windows) {
        const from = (sourceRow - window.row) * window.width;
        kept.set(data.subarray(from, from + window.width), to);
        to += window.width;
      }
    },
    write(gridRow, out, offset) {
      const rowRun = rows.first[gridRow]!;
      const top = rows.start[rowRun]!;
      const bottom = rows.end[rowRun]!;
      const weights = rows.offset[rowRun]! - top;
      for (let cell = start; cell < end; cell++) {
        accumulator.reset();
        if (cellArea) cellArea[0] = columns.lengths![cell]! * rows.lengths![gridRow]!;
        for (let run = columns.first[cell]!; run < columns.first[cell + 1]!; run++) {
          const begin = begins[run - firstRun]!;
          for (let row = top; row < bottom; row++)
            addRow(run, (row % capacity) * width + begin, rows.weights[weights + row]!);
        }
        out[offset + cell - start] = accumulator.result();
      }
    },
    release: () => undefined,
  };
}

/** Where each run of the block's cells begins in a row of its parts side by side. */
function runBegins(columns: AxisSpans, { start, end, parts }: ColumnBlock): Int32Array {
  const origins = new Map<number, number>();
  let before = 0;
  for (const { turns, left, right } of parts) {
    origins.set(turns, before - left);
    before += right - left;
  }
  const first = columns.first[start]!;
  return Int32Array.from({ length: columns.first[end]! - first }, (_, i) => {
    return origins.get(columns.turns[first + i]!)! + columns.start[first + i]!;
  });
}
