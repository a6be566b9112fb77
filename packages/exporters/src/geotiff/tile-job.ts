import { timed, transferable, type Transferable } from "@quadrat/core/base";
import { sampleBytes, samplesIn, type Samples } from "./band-type.js";
import { halve, type Halving } from "./halve.js";
import { predict } from "./predictor.js";
import { createZlib, zlibBound } from "./zlib.js";

/** The width and height of the tiles of a raster, in pixels: 512, or what holds a smaller raster, a multiple of 16. */
export function tileSizeOf({ width, height }: { readonly width: number; readonly height: number }): number {
  return Math.min(512, 16 * Math.ceil(Math.max(width, height) / 16));
}

/** A tile of one band. */
export interface TileJob extends Samples {
  /** The samples, row by row. */
  readonly tile: ArrayBuffer;
  /** Its width and height. */
  readonly size: number;
  /** How to make its part of the next overview, if there is one. */
  readonly halving: Halving | undefined;
}

export interface TileResult {
  /** As the file has it. */
  readonly packed: ArrayBuffer;
  /** The samples of the overview's quarter of a tile. */
  readonly half: ArrayBuffer | undefined;
}

/** A function that makes a tile ready for the file. */
export function createTileRunner(): (job: TileJob) => TileResult {
  let zlib: ReturnType<typeof createZlib> | undefined;
  let predicted = new Uint8Array(0);
  let out = new Uint8Array(0);
  return ({ tile, size, halving, ...samples }) => {
    const { type } = samples;
    if (predicted.length !== tile.byteLength) {
      predicted = new Uint8Array(tile.byteLength);
      out = new Uint8Array(zlibBound(tile.byteLength));
    }
    let half: ArrayBuffer | undefined;
    const length = timed("compress", () => {
      if (halving) {
        half = new ArrayBuffer((size * size * sampleBytes[type]) / 4);
        halve(samplesIn(type, tile), size, samples, halving, samplesIn(type, half));
      }
      predict(type, tile, size, predicted);
      return (zlib ??= createZlib())(predicted, out);
    });
    return { packed: out.slice(0, length).buffer, half };
  };
}

let runHere: ReturnType<typeof createTileRunner> | undefined;

/** The result in a worker thread; the tile's buffer is returned with it. */
export interface TileReply extends TileResult {
  readonly tile: ArrayBuffer;
}

/** The entry point of a worker thread. */
export function runTileJob(job: TileJob): Transferable<TileReply> {
  const { packed, half } = (runHere ??= createTileRunner())(job);
  return transferable({ packed, half, tile: job.tile }, [packed, job.tile, ...(half ? [half] : [])]);
}
