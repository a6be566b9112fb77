import type { DataType } from "@quadrat/core/base";
import { kernels } from "@quadrat/kernels";
import { fitsFloat32 } from "../methods/methods.js";
import { rowKernels, type PixelMethod } from "../methods/pixel-kernels.js";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import type { CellMaker } from "./separable.js";

// What the kernels are told, see their source: bytes of a row, of a run of columns, and of a cell.
const rowEntry = 16;
const runEntry = 16;
const cellEntry = 8;

const vectorBytes = 16;
/** Cells that a kernel computes at once: there is room for as many after the last. */
const cellsAtOnce = 4;

/**
 * The cells of a block from the pixels themselves: the source rows of a grid row lie side by side in the kernels' memory, the columns
 * of one part of the block after those of another.
 */
export function pixelCells(
  method: PixelMethod,
  { columns, rows }: AxisPair,
  block: ColumnBlock,
  capacity: number,
  type: DataType,
): CellMaker {
  const single = fitsFloat32(type);
  const Values = single ? Float32Array : Float64Array;
  const size = Values.BYTES_PER_ELEMENT;
  const Results = method === "rms" ? Float64Array : Values;
  const resultSize = Results.BYTES_PER_ELEMENT;
  const { start, end, parts } = block;
  const count = end - start;
  const rowBytes = vectorBytes * (Math.ceil((block.width * size) / vectorBytes) + 2);
  const runs = columns.first[end]! - columns.first[start]!;
  const k = kernels();
  const { arena } = k;
  const pixels = arena.take((capacity + 1) * rowBytes);
  const entries = arena.take(rowEntry * capacity);
  const cells = arena.take(runEntry * runs + cellEntry * count);
  const weights = arena.take(8 * weightsIn(columns, block));
  const result = arena.take(resultSize * (count + cellsAtOnce));
  const firstCell = cells.at + runEntry * runs;
  const places = { runs: cells.at, cells: firstCell, weights: weights.at };
  writeCells(arena.view(Uint32Array, 0, arena.bytes / 4)(), columns, block, size, places);
  const inBlock = columns.weights.subarray(firstWeight(columns, block));
  const weightsHere = arena.view(Float64Array, weights.at, weightsIn(columns, block))();
  weightsHere.set(inBlock.subarray(0, weightsHere.length));
  const values = arena.view<Float32Array | Float64Array>(Values, pixels.at, (capacity * rowBytes) / size);
  const addresses = arena.view(Uint32Array, entries.at, (rowEntry / 4) * capacity);
  const fractions = arena.view(Float64Array, entries.at, (rowEntry / 8) * capacity);
  const written = arena.view<Float32Array | Float64Array>(Results, result.at, count);
  const column = { at: pixels.at + capacity * rowBytes, bytes: rowBytes };
  const { any, pairs } = rowKernels(k, method, type, single, column);
  const [part] = parts;
  const arePairs = single && parts.length === 1 && part!.uniform === 2;

  /** Writes what the kernels are told of a grid row's source rows; whether these are two that are covered as a whole. */
  const writeRows = (top: number, height: number, offset: number): boolean => {
    const [at, share] = [addresses(), fractions()];
    let whole = height === 2;
    for (let i = 0; i < height; i++) {
      at[4 * i] = pixels.at + ((top + i) % capacity) * rowBytes;
      share[2 * i + 1] = rows.weights[offset + i]!;
      whole &&= rows.weights[offset + i] === 1;
    }
    return whole;
  };

  return {
    start,
    end,
    reduce(sourceRow, windows) {
      let to = ((sourceRow % capacity) * rowBytes) / size;
      for (const { data, window } of windows) {
        const from = (sourceRow - window.row) * window.width;
        values().set(data.subarray(from, from + window.width), to);
        to += window.width;
      }
    },
    write(gridRow, out, offset) {
      const run = rows.first[gridRow]!;
      const height = rows.end[run]! - rows.start[run]!;
      const whole = writeRows(rows.start[run]!, height, rows.offset[run]!);
      const past = entries.at + height * rowEntry;
      if (arePairs && whole) {
        const { from, count: covered } = part!;
        const first = firstCell + from * cellEntry;
        pairs(entries.at, past, first, first + covered * cellEntry, result.at + from * resultSize);
        written()
          .fill(NaN, 0, from)
          .fill(NaN, from + covered);
      } else {
        any(entries.at, past, firstCell, firstCell + count * cellEntry, result.at);
      }
      out.set(written(), offset);
    },
    release() {
      for (const piece of [pixels, entries, cells, weights, result]) piece.release();
    },
  };
}

/** Writes the runs of columns of each cell of a block where the kernels read them, in order. */
function writeCells(
  memory: Uint32Array,
  columns: AxisSpans,
  { start, end, parts }: ColumnBlock,
  size: number,
  places: { readonly runs: number; readonly cells: number; readonly weights: number },
): void {
  const firstRun = columns.first[start]!;
  const addressOf = (run: number): number => places.runs + (run - firstRun) * runEntry;
  const origins = new Map<number, number>();
  let before = 0;
  for (const { turns, left, right } of parts) {
    origins.set(turns, before - left);
    before += right - left;
  }
  for (let cell = start; cell < end; cell++) {
    const at = (places.cells + (cell - start) * cellEntry) / 4;
    memory[at] = addressOf(columns.first[cell]!);
    memory[at + 1] = addressOf(columns.first[cell + 1]!);
  }
  for (let run = firstRun; run < columns.first[end]!; run++) {
    const at = addressOf(run) / 4;
    memory[at] = (origins.get(columns.turns[run]!)! + columns.start[run]!) * size;
    memory[at + 1] = (columns.end[run]! - columns.start[run]!) * size;
    memory[at + 2] = places.weights + 8 * (columns.offset[run]! - columns.offset[firstRun]!);
  }
}

function firstWeight({ first, offset }: AxisSpans, { start }: ColumnBlock): number {
  return offset[first[start]!] ?? 0;
}

function weightsIn({ first, offset, weights }: AxisSpans, { start, end }: ColumnBlock): number {
  return (offset[first[end]!] ?? weights.length) - (offset[first[start]!] ?? 0);
}
