import type { RasterArray, RasterData, RasterSource, Window } from "@quadrat/core/base";
import type { Pieces } from "./pieces.js";

/** Resamples cell by cell, for what can't be reduced row by row. */
export interface CellWorker {
  /** Finds the pixels under the cells of whole grid rows. */
  load(rowStart: number, rowEnd: number): Pieces;
  /** Begins cell `cell`, counted from the first of the rows that were loaded. */
  begin(cell: number): void;
  /** Takes source rows `[top, bottom)` of a piece of the cell out of `array`, which holds them. Rows come from north to south. */
  add(piece: number, top: number, bottom: number, array: RasterArray): void;
  /** The value of the cell. */
  end(): number;
}

/** Cells whose pieces are kept at once. */
const cellsAtOnce = 1 << 15;

/**
 * Resamples grid rows `[rowStart, rowEnd)`. Rectangles of cells are halved until their pixels fit in `pixels`; a cell
 * that has more is read in strips of whole rows. Cells without pixels are left as they are in `out`.
 */
export async function resampleCells(
  source: RasterSource,
  worker: CellWorker,
  width: number,
  rowStart: number,
  rowEnd: number,
  pixels: number,
  out: RasterData,
): Promise<void> {
  const step = Math.max(1, Math.floor(cellsAtOnce / width));
  for (let row = rowStart; row < rowEnd; row += step) {
    const end = Math.min(rowEnd, row + step);
    const pieces = worker.load(row, end);
    const run = { source, worker, width, pixels, pieces, out, offset: (row - rowStart) * width };
    await resampleRectangle(run, 0, end - row, 0, width);
  }
}

interface Run {
  readonly source: RasterSource;
  readonly worker: CellWorker;
  readonly width: number;
  readonly pixels: number;
  readonly pieces: Pieces;
  readonly out: RasterData;
  readonly offset: number;
}

async function resampleRectangle(
  run: Run,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Promise<void> {
  const windows = windowsOf(run, top, bottom, left, right);
  if (windows.size === 0) return;
  let total = 0;
  for (const { width, height } of windows.values()) total += width * height;
  if (total <= run.pixels) {
    const arrays: LoadedWindow[] = [];
    for (const [turns, window] of windows) arrays.push({ turns, array: await run.source.read(window) });
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) resampleCell(run, row * run.width + column, arrays);
    }
  } else if (bottom - top === 1 && right - left === 1) {
    await resampleLargeCell(run, top * run.width + left);
  } else if (bottom - top >= right - left) {
    const middle = (top + bottom) >> 1;
    await resampleRectangle(run, top, middle, left, right);
    await resampleRectangle(run, middle, bottom, left, right);
  } else {
    const middle = (left + right) >> 1;
    await resampleRectangle(run, top, bottom, left, middle);
    await resampleRectangle(run, top, bottom, middle, right);
  }
}

/** For every number of turns, the window that holds all pieces of a rectangle of cells. */
function windowsOf({ pieces, width }: Run, top: number, bottom: number, left: number, right: number) {
  const windows = new Map<number, Window>();
  let known: { turns: number; left: number; right: number; top: number; bottom: number } | undefined;
  const bounds: (typeof known & {})[] = [];
  for (let row = top; row < bottom; row++) {
    const end = pieces.first[row * width + right]!;
    for (let piece = pieces.first[row * width + left]!; piece < end; piece++) {
      const turns = pieces.turns[piece]!;
      if (known?.turns !== turns) {
        known = bounds.find((other) => other.turns === turns);
        if (!known) bounds.push((known = { turns, left: Infinity, right: 0, top: Infinity, bottom: 0 }));
      }
      if (pieces.left[piece]! < known.left) known.left = pieces.left[piece]!;
      if (pieces.right[piece]! > known.right) known.right = pieces.right[piece]!;
      if (pieces.top[piece]! < known.top) known.top = pieces.top[piece]!;
      if (pieces.bottom[piece]! > known.bottom) known.bottom = pieces.bottom[piece]!;
    }
  }
  for (const { turns, left, right, top, bottom } of bounds) {
    windows.set(turns, { col: left, row: top, width: right - left, height: bottom - top });
  }
  return windows;
}

interface LoadedWindow {
  readonly turns: number;
  readonly array: RasterArray;
}

function resampleCell(
  { worker, pieces, out, offset }: Run,
  cell: number,
  loaded: readonly LoadedWindow[],
): void {
  const end = pieces.first[cell + 1]!;
  let piece = pieces.first[cell]!;
  if (piece === end) return;
  worker.begin(cell);
  for (; piece < end; piece++) {
    let at = 0;
    while (loaded[at]!.turns !== pieces.turns[piece]!) at++;
    worker.add(piece, pieces.top[piece]!, pieces.bottom[piece]!, loaded[at]!.array);
  }
  out[offset + cell] = worker.end();
}

async function resampleLargeCell(
  { source, worker, pieces, pixels, out, offset }: Run,
  cell: number,
): Promise<void> {
  worker.begin(cell);
  for (let piece = pieces.first[cell]!; piece < pieces.first[cell + 1]!; piece++) {
    const col = pieces.left[piece]!;
    const width = pieces.right[piece]! - col;
    const bottom = pieces.bottom[piece]!;
    const step = Math.max(1, Math.floor(pixels / width));
    for (let row = pieces.top[piece]!; row < bottom; row += step) {
      const height = Math.min(step, bottom - row);
      worker.add(piece, row, row + height, await source.read({ col, row, width, height }));
    }
  }
  out[offset + cell] = worker.end();
}
