import type { RasterSource } from "@quadrat/core/base";
import type { ResamplePlan } from "../resample/index.js";

/** How a raster is worked on. */
export interface BandWork {
  /** Rows of the grid in a band. */
  readonly rows: number;
  /** The number of threads. */
  readonly threads: number;
  /** The maximum edge length of a window. */
  readonly windowSize: number;
  /** Bytes of decoded blocks that each of them keeps in memory. */
  readonly cacheBytes: number;
  /** Whether the raster is read from south to north. */
  readonly upwards: boolean;
}

/**
 * Blocks that extend over less than this fraction of a band are needed by two bands so rarely that decoding them twice costs
 * little.
 */
const lowBlock = 1 / 8;

/** Rows of pixels that a method needs beyond those under the cells. */
const aroundCells = 6;

/** With less than this to decode, threads decode some of it twice sooner than they write all of it. */
const leastShared = 64 * 2 ** 20;

/**
 * Whether bands would decode blocks more than once without a scratch file: because a band has fewer rows than the blocks, and
 * a row of blocks fits into no thread's memory, or because several threads need the same blocks.
 */
export function needsScratch(source: RasterSource, plan: ResamplePlan, work: BandWork): boolean {
  const { scratchBlocks, blockSize, height } = source;
  if (!scratchBlocks || !source.useScratch || !plan.overlaps) return false;
  const { axes } = plan;
  if (source.sequential) return !axes || work.upwards;
  const { pixels, bytes } = rowOfBlocks(source, plan);
  const bandRows = work.rows * plan.survey.cellSize[1];
  if (blockSize.height < 2 || blockSize.height < bandRows * lowBlock) return false;
  // A band that meets two rows of blocks needs both until it is complete, unless it is read from north to south at once.
  const atOnce = axes && pixels * (bandRows + aroundCells) <= work.windowSize ** 2;
  const needed = atOnce ? bytes : 2 * bytes;
  if (needed > work.cacheBytes) return true;
  return axes !== undefined && work.threads > 1 && bytes * (height / blockSize.height) > leastShared;
}

/** Whether the raster is read from south to north. */
export function goesUp({ axes }: ResamplePlan): boolean {
  if (!axes) return false;
  const { centre } = axes.main.rows;
  const within = centre.filter((row) => row >= 0);
  return within.length > 1 && within[0]! > within.at(-1)!;
}

/** The blocks under a row of the grid. */
function rowOfBlocks(
  { width, blockSize, scratchBlocks }: RasterSource,
  { grid, survey }: ResamplePlan,
): { readonly pixels: number; readonly bytes: number } {
  const pixels = Math.min(width, grid.width * survey.cellSize[0]);
  const blocks = Math.min(Math.ceil(width / blockSize.width), Math.ceil(pixels / blockSize.width) + 1);
  return { pixels, bytes: blocks * scratchBlocks!.bytes };
}
