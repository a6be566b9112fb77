import type { RasterSource } from "@quadrat/core/base";
import type { Accumulator } from "../methods/accumulator.js";
import { fitsFloat32 } from "../methods/methods.js";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import type { ColumnBlock, ColumnPart } from "./columns.js";
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
  const wholeRuns = runsOfWholePixels(columns, block);
  const ones = new Float64Array(capacity * wholeRuns.longest).fill(1);
  const { cellArea } = accumulator;
  const areas = new Float64Array(end - start);

  const addRow = (run: number, at: number, weight: number): void => {
    const count = columns.end[run]! - columns.start[run]!;
    const offset = columns.offset[run]!;
    if (weight === 1) return accumulator.add(kept, at, 0, columns.weights, count, 1, offset);
    for (let i = 0; i < count; i++) shares[i] = weight * columns.weights[offset + i]!;
    accumulator.add(kept, at, 0, shares, count, 1, 0);
  };

  /** Adds whole pixels of rows that lie side by side in the memory, or in two parts of it. */
  const addWhole = (run: number, begin: number, top: number, height: number): void => {
    const count = columns.end[run]! - columns.start[run]!;
    const first = top % capacity;
    const before = Math.min(height, capacity - first);
    accumulator.add(kept, first * width + begin, width, ones, count, before, 0);
    if (before < height) accumulator.add(kept, begin, width, ones, count, height - before, 0);
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
      let wholeRows = true;
      for (let row = top; row < bottom; row++) wholeRows &&= rows.weights[weights + row] === 1;
      const { wholeCells } = accumulator;
      const { from, count, uniform } = wholeRuns.alone;
      if (wholeCells && uniform > 0 && wholeRows && (top % capacity) + bottom - top <= capacity) {
        for (let i = 0; i < count; i++)
          areas[i] = columns.lengths![start + from + i]! * rows.lengths![gridRow]!;
        const at = (top % capacity) * width + begins[0]!;
        const cells = { at, stride: width, columns: uniform, rows: bottom - top, count, areas };
        out.fill(NaN, offset, offset + end - start);
        wholeCells(kept, cells, out, offset + from);
        return;
      }
      for (let cell = start; cell < end; cell++) {
        accumulator.reset();
        if (cellArea) cellArea[0] = columns.lengths![cell]! * rows.lengths![gridRow]!;
        for (let run = columns.first[cell]!; run < columns.first[cell + 1]!; run++) {
          const begin = begins[run - firstRun]!;
          if (wholeRows && wholeRuns.flags[run - firstRun] === 1) {
            addWhole(run, begin, top, bottom - top);
            continue;
          }
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

/** Which runs of the block's cells consist of whole pixels, and how many the longest of these has. */
function runsOfWholePixels(
  { first, start, end, offset, weights }: AxisSpans,
  block: ColumnBlock,
): {
  readonly flags: Uint8Array;
  readonly longest: number;
  /** The part of the block if it has only one; `uniform` is 0 if it has several. */
  readonly alone: Pick<ColumnPart, "from" | "count" | "uniform">;
} {
  const firstRun = first[block.start]!;
  const flags = new Uint8Array(first[block.end]! - firstRun);
  let longest = 0;
  for (let i = 0; i < flags.length; i++) {
    const run = firstRun + i;
    const length = end[run]! - start[run]!;
    const own = weights.subarray(offset[run], offset[run]! + length);
    if (!own.every((weight) => weight === 1)) continue;
    flags[i] = 1;
    longest = Math.max(longest, length);
  }
  const [part] = block.parts;
  const alone = part && block.parts.length === 1 ? part : { from: 0, count: 0, uniform: 0 };
  return { flags, longest, alone };
}
