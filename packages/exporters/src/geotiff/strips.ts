import { donateBuffer, returnBatch, type MergedTable } from "@quadrat/core";
import type { Data, RecordBatch } from "apache-arrow";
import { sampleBytes, type SampleArray, type Samples } from "./band-type.js";
import { bandValues, emptySamples } from "./band-values.js";
import { cellRuns } from "./cell-runs.js";
import type { Scratch } from "./scratch.js";
import { tileSizeOf } from "./tile-job.js";

/** A band: the position of its column in the table, and whether that has integers of 64 bits. */
export interface Band {
  readonly name: string;
  readonly position: number;
  readonly is64: boolean;
}

/** What is collected before it goes to the scratch file, and the part of a strip of one band that is read from there at once. */
const most = { collectedBytes: 2 ** 24, readBytes: 2 ** 24 };

/** Columns of tiles of a strip that lie together, row by row, in the scratch file. */
interface Group {
  readonly first: number;
  readonly width: number;
}

/**
 * Turns the rows of a table into strips of the grid's rows, a tile high, by way of a scratch file: a strip of all bands may
 * have any size.
 */
export function stripWriter(
  { grid }: MergedTable,
  bands: readonly Band[],
  samples: Samples,
  scratch: Scratch,
) {
  const { width, height } = grid;
  const tileSize = tileSizeOf(grid);
  const bytes = sampleBytes[samples.type];
  const groups = groupsOf(width, tileSize, bytes);
  const rowBytes = width * bytes * bands.length;
  const collected = Math.min(tileSize, height, Math.max(1, Math.floor(most.collectedBytes / rowBytes)));
  const values = bands.map(({ name, is64 }) => bandValues(name, samples, is64));
  const buffers = bands.map(() => emptySamples(samples, collected * width));
  const runsOf = cellRuns(grid);
  /** The grid's row at which what is collected begins. */
  let begin = 0;

  const place = (band: number, { first }: Group): number => (band * width + first) * tileSize * bytes;
  const endOf = (row: number): number => Math.min(height, stripEnd(row, tileSize), row + collected);
  const flush = async (): Promise<void> => {
    const rows = endOf(begin) - begin;
    for (const [band, buffer] of buffers.entries()) {
      for (const group of groups) {
        const part = bytesOf(buffer, group.first * collected, group.width * rows);
        await scratch.write(part, place(band, group) + (begin % tileSize) * group.width * bytes);
      }
      buffer.fill(samples.nodata);
    }
    begin += rows;
  };

  const put = (columns: readonly Data[], from: number, count: number, row: number, column: number): void => {
    for (const { first, width: own } of groups) {
      const left = Math.max(first, column);
      const length = Math.min(first + own, column + count) - left;
      if (length <= 0) continue;
      const at = first * collected + (row - begin) * own + (left - first);
      for (const [band, { position }] of bands.entries())
        values[band]!.copy(columns[position]!, from + left - column, length, buffers[band]!, at);
    }
  };

  /** Collects a batch; `full` is called whenever a strip is complete, with its number. */
  const add = async (batch: RecordBatch, full: (strip: number) => Promise<void>): Promise<void> => {
    const columns = batch.data.children;
    const [xs, ys] = columns.slice(0, 2).map((data) => data.values as Float64Array);
    for (const { from, count, row, column } of runsOf(xs!, ys!, batch.numRows)) {
      await upTo(row, full);
      put(columns, from, count, row, column);
    }
    returnBatch(batch);
  };

  /** Makes room for a row of the grid by writing what comes before. */
  const upTo = async (row: number, full: (strip: number) => Promise<void>): Promise<void> => {
    while (begin < height && row >= endOf(begin)) {
      await flush();
      if (begin % tileSize === 0 || begin === height) await full(Math.ceil(begin / tileSize) - 1);
    }
  };

  /** The tiles of one band of the complete strip, from west to east. */
  async function* tiles(strip: number, band: number): AsyncGenerator<SampleArray, void, undefined> {
    const rows = Math.min(tileSize, height - strip * tileSize);
    for (const group of groups) {
      const part = emptySamples(samples, rows * group.width);
      await scratch.read(bytesOf(part, 0, part.length), place(band, group));
      for (let left = 0; left < group.width; left += tileSize) {
        const tile = emptySamples(samples, tileSize * tileSize);
        const own = Math.min(tileSize, group.width - left);
        for (let row = 0; row < rows; row++) {
          const from = row * group.width + left;
          (tile as Float64Array).set((part as Float64Array).subarray(from, from + own), row * tileSize);
        }
        yield tile;
      }
      donateBuffer(part.buffer);
    }
  }

  return { add, tiles, finish: (full: (strip: number) => Promise<void>) => upTo(height, full) };
}

function groupsOf(width: number, tileSize: number, bytes: number): Group[] {
  const tiles = Math.max(1, Math.floor(most.readBytes / (tileSize * tileSize * bytes)));
  const step = tiles * tileSize;
  return Array.from({ length: Math.ceil(width / step) }, (_, index) => ({
    first: index * step,
    width: Math.min(step, width - index * step),
  }));
}

function stripEnd(row: number, tileSize: number): number {
  return (Math.floor(row / tileSize) + 1) * tileSize;
}

function bytesOf(samples: SampleArray, from: number, length: number): Uint8Array {
  const { buffer, BYTES_PER_ELEMENT: bytes } = samples;
  return new Uint8Array(buffer, from * bytes, length * bytes);
}
