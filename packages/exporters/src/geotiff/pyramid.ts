import { donateBuffer, type ExportContext, threadModule } from "@quadrat/core";
import { inOrder } from "../in-order.js";
import { sampleBytes, samplesIn, type SampleArray, type Samples } from "./band-type.js";
import { emptySamples } from "./band-values.js";
import type { Halving } from "./halve.js";
import type { Scratch } from "./scratch.js";
import { createTileRunner, tileSizeOf, type TileJob, type TileReply, type TileResult } from "./tile-job.js";

/** An image of the file: the whole raster, or an overview of it. */
export interface Level {
  readonly width: number;
  readonly height: number;
  readonly across: number;
  readonly down: number;
  /** The width and height of its tiles. */
  readonly tileSize: number;
}

/** The raster and its overviews, each half as large as the one before, until one is a single tile. */
export function levelsOf(width: number, height: number, overviews: boolean): Level[] {
  const levels: Level[] = [];
  const tileSize = tileSizeOf({ width, height });
  for (let [w, h] = [width, height]; ; [w, h] = [Math.ceil(w / 2), Math.ceil(h / 2)]) {
    const [across, down] = [Math.ceil(w / tileSize), Math.ceil(h / tileSize)];
    levels.push({ width: w, height: h, across, down, tileSize });
    if (!overviews || across * down === 1) return levels;
  }
}

/** Where the packed tiles of a level are, band by band and in each row by row. */
export interface PackedTiles {
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
}

const workerModule = threadModule(import.meta.url, "./tile-job.js");
/** So many tiles do not justify the start of threads. */
const tilesWithoutThreads = 4;

interface Slot {
  readonly level: number;
  readonly band: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Packs the tiles of all levels, as rows of tiles are complete, into a file in the order in which they are made. Quarters of tiles
 * of overviews wait in another for the second row of tiles.
 * @param halvings how the overviews of each band are made
 */
export function pyramid(
  levels: readonly Level[],
  halvings: readonly Halving[],
  samples: Samples,
  { packed, waiting }: { readonly packed: Scratch; readonly waiting: Scratch },
  { workers, signal }: Pick<ExportContext, "workers" | "signal">,
) {
  const bands = halvings.length;
  const { tileSize } = levels[0]!;
  const quarter = tileSize / 2;
  const quarterBytes = quarter * quarter * sampleBytes[samples.type];
  const places = levels.map(({ across, down }): PackedTiles => {
    const count = bands * across * down;
    return { offsets: new Float64Array(count), lengths: new Float64Array(count) };
  });
  // Of each level but the last, the halves of two rows of tiles.
  const starts = levels.reduce(
    (sums, { across }) => [...sums, sums.at(-1)! + 2 * bands * across * quarterBytes],
    [0],
  );
  const waitingPlace = ({ level, band, row, column }: Slot): number =>
    starts[level]! + ((2 * band + (row % 2)) * levels[level]!.across + column) * quarterBytes;

  let end = 0;
  let started = 0;
  const own = createTileRunner();
  const pack = async (tile: SampleArray, slot: Slot): Promise<{ slot: Slot; result: TileResult }> => {
    const last = slot.level === levels.length - 1;
    const job: TileJob = {
      ...samples,
      tile: tile.buffer,
      size: tileSize,
      halving: last ? undefined : halvings[slot.band],
    };
    if (started++ < tilesWithoutThreads) {
      const result = own(job);
      donateBuffer(job.tile);
      return { slot, result };
    }
    const options = { transfer: [job.tile], ahead: true };
    const { tile: used, ...result } = await workers.run<TileReply>(workerModule, "runTileJob", job, options);
    donateBuffer(used);
    return { slot, result };
  };
  const keep = async (slot: Slot, { packed: bytes, half }: TileResult): Promise<void> => {
    const { across, down } = levels[slot.level]!;
    const index = (slot.band * down + slot.row) * across + slot.column;
    const { offsets, lengths } = places[slot.level]!;
    offsets[index] = end;
    lengths[index] = bytes.byteLength;
    await packed.write(new Uint8Array(bytes), end);
    end += bytes.byteLength;
    if (half) await waiting.write(new Uint8Array(half), waitingPlace(slot));
  };

  /** Packs a row of tiles, then the row of the overview for which it was the last one. */
  const packRow = async (level: number, row: number, tilesOf: TilesOf): Promise<void> => {
    async function* items(): AsyncGenerator<{ tile: SampleArray; slot: Slot }> {
      for (let band = 0; band < bands; band++) {
        let column = 0;
        for await (const tile of tilesOf(band)) yield { tile, slot: { level, band, row, column: column++ } };
      }
    }
    const work = ({ tile, slot }: { tile: SampleArray; slot: Slot }) => pack(tile, slot);
    for await (const { slot, result } of inOrder(items(), workers.size + 1, work)) {
      signal.throwIfAborted();
      await keep(slot, result);
    }
    const { down } = levels[level]!;
    if (level === levels.length - 1 || (row % 2 === 0 && row < down - 1)) return;
    await packRow(level + 1, Math.floor(row / 2), (band) => overviewTiles(level + 1, row, band));
  };

  async function* overviewTiles(level: number, lastRow: number, band: number): AsyncGenerator<SampleArray> {
    const below = levels[level - 1]!;
    const buffer = new ArrayBuffer(quarterBytes);
    for (let column = 0; column < levels[level]!.across; column++) {
      const tile = emptySamples(samples, tileSize * tileSize);
      for (const row of lastRow % 2 === 0 ? [lastRow] : [lastRow - 1, lastRow]) {
        for (const from of [2 * column, 2 * column + 1]) {
          if (from >= below.across) continue;
          await waiting.read(
            new Uint8Array(buffer),
            waitingPlace({ level: level - 1, band, row, column: from }),
          );
          put(samplesIn(samples.type, buffer), tile, tileSize, [row % 2, from % 2]);
        }
      }
      yield tile;
    }
  }

  return { places, packRow: (row: number, tilesOf: TilesOf) => packRow(0, row, tilesOf) };
}

/** The tiles of one band in a row of tiles, from west to east. */
export type TilesOf = (band: number) => AsyncIterable<SampleArray>;

function put(
  quarter: SampleArray,
  tile: SampleArray,
  size: number,
  [down, right]: readonly [number, number],
): void {
  const half = size / 2;
  for (let row = 0; row < half; row++) {
    const part = (quarter as Float64Array).subarray(row * half, (row + 1) * half);
    (tile as Float64Array).set(part, (down * half + row) * size + right * half);
  }
}
