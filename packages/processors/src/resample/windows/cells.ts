import type { RasterArray, RasterData, RasterSource, Window } from "@quadrat/core/base";
import { fitsFloat32 } from "../methods/methods.js";
import type { Pieces } from "./pieces.js";
import { borrowWindow, returnWindow } from "./window-buffers.js";

/** Cells of the grid: rows `[top, bottom)`, columns `[left, right)`. Cells of a block are counted row by row. */
export interface CellBlock {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Resamples cell by cell what can't be reduced row by row. */
export interface CellWorker {
  /** Finds the pixels under the cells of a block. */
  load(block: CellBlock): Pieces;
  /** Begins a cell of the loaded block. */
  begin(cell: number): void;
  /**
   * Adds source rows `[top, bottom)` of a piece of the cell from `array`, which contains them. Rows come from north to south.
   */
  add(piece: number, top: number, bottom: number, array: RasterArray): void;
  /** The value of the cell. */
  end(): number;
  /** Set if most blocks need no pieces. */
  readonly atOnce?: AtOnce | undefined;
}

/** All cells of a block from one window: the same values with less effort. */
export interface AtOnce {
  /** The pixels that the block needs, of width 0 if it needs none; undefined if it has to go cell by cell. */
  locate(block: CellBlock): Window | undefined;
  /** Writes the values of the block that was located; its first cell is at `offset` and its rows are `stride` apart. */
  resample(array: RasterArray, out: RasterData, offset: number, stride: number): void;
}

/** Cells of a block: their pixels usually fit into a window, and what is known about them into a cache. */
const cellsAtOnce = 1 << 15;

/** Pixels for which there is always room, so that buffers can be reused. */
const leastRoom = 1 << 17;

/** Columns `[left, right)` of a grid. */
export type ColumnRange = readonly [left: number, right: number];

/**
 * Resamples grid rows `[rowStart, rowEnd)` of some columns in blocks that are about as wide as high: a row of the grid may
 * cross all rows of the source. Rectangles of cells are halved until their pixels fit in `pixels`; a cell that has more is
 * read in strips of whole rows. Cells without pixels are left unchanged in `out`.
 */
export async function resampleCells(
  source: RasterSource,
  worker: CellWorker,
  [first, end]: ColumnRange,
  rowStart: number,
  rowEnd: number,
  pixels: number,
  out: RasterData,
): Promise<void> {
  const across = Math.max(Math.floor(Math.sqrt(cellsAtOnce)), Math.floor(cellsAtOnce / (rowEnd - rowStart)));
  const width = end - first;
  const columns = Math.min(width, across);
  const rows = Math.max(1, Math.floor(cellsAtOnce / columns));
  for (let top = rowStart; top < rowEnd; top += rows) {
    for (let left = first; left < end; left += columns) {
      const block = {
        top,
        bottom: Math.min(rowEnd, top + rows),
        left,
        right: Math.min(end, left + columns),
      };
      const offset = (top - rowStart) * width + left - first;
      if (await resampleAtOnce(source, worker.atOnce, block, pixels, out, offset, width)) continue;
      const pieces = worker.load(block);
      const run = {
        source,
        worker,
        width: block.right - left,
        pixels,
        pieces,
        out,
        offset,
        stride: width,
      };
      await resampleRectangle(run, 0, block.bottom - top, 0, run.width);
    }
  }
}

async function resampleAtOnce(
  source: RasterSource,
  atOnce: AtOnce | undefined,
  block: CellBlock,
  pixels: number,
  out: RasterData,
  offset: number,
  stride: number,
): Promise<boolean> {
  const window = atOnce?.locate(block);
  if (!atOnce || !window || window.width * window.height > pixels) return false;
  if (window.width > 0) {
    const { array, buffer } = await readWindow(source, window);
    atOnce.resample(array, out, offset, stride);
    returnWindow(buffer);
  }
  return true;
}

async function readWindow(
  source: RasterSource,
  window: Window,
): Promise<{ array: RasterArray; buffer: ArrayBuffer }> {
  const size = fitsFloat32(source.dataType) ? 4 : 8;
  const buffer = borrowWindow(Math.max(leastRoom, window.width * window.height) * size);
  return { array: await source.read(window, { buffer }), buffer };
}

interface Run {
  readonly source: RasterSource;
  readonly worker: CellWorker;
  /** Cells in a row of the block. */
  readonly width: number;
  readonly pixels: number;
  readonly pieces: Pieces;
  readonly out: RasterData;
  /** The position of the block's first cell in `out`, and the distance between its rows. */
  readonly offset: number;
  readonly stride: number;
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
    for (const [turns, window] of windows) arrays.push({ turns, ...(await readWindow(run.source, window)) });
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) resampleCell(run, row, column, arrays);
    }
    for (const { buffer } of arrays) returnWindow(buffer);
  } else if (bottom - top === 1 && right - left === 1) {
    await resampleLargeCell(run, top, left);
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

/** For every number of turns, the window that contains all pieces of a rectangle of cells. */
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
  readonly buffer: ArrayBuffer;
}

function resampleCell(
  { worker, pieces, width, out, offset, stride }: Run,
  row: number,
  column: number,
  loaded: readonly LoadedWindow[],
): void {
  const cell = row * width + column;
  const end = pieces.first[cell + 1]!;
  let piece = pieces.first[cell]!;
  if (piece === end) return;
  worker.begin(cell);
  for (; piece < end; piece++) {
    let at = 0;
    while (loaded[at]!.turns !== pieces.turns[piece]!) at++;
    worker.add(piece, pieces.top[piece]!, pieces.bottom[piece]!, loaded[at]!.array);
  }
  out[offset + row * stride + column] = worker.end();
}

async function resampleLargeCell(
  { source, worker, pieces, width: cells, pixels, out, offset, stride }: Run,
  gridRow: number,
  gridColumn: number,
): Promise<void> {
  const cell = gridRow * cells + gridColumn;
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
  out[offset + gridRow * stride + gridColumn] = worker.end();
}
