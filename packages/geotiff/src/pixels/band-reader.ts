import type { RasterData, ReadHints, Window } from "@quadrat/core/base";
import { reclaim, returnBuffer, takeBuffer, timed } from "@quadrat/core/base";
import type { BandOptions, BandReader } from "./band.js";
import { createBlockCache } from "./block-cache.js";
import { openBlockIndex, type BlockRange } from "./block-index.js";
import { copyBlock, fillBlock, isInside } from "./block-copy.js";
import type { BlockDecoder } from "./codecs/codec.js";
import { inflateSlack } from "./codecs/deflate.js";
import { createDecoder } from "./codecs/index.js";
import { decodeBytes, rowsOf } from "./decode-bytes.js";
import { directDecoder, type DirectDecoder } from "./direct-decoder.js";
import type { Directory, TiffContainer } from "../container/container.js";
import { blockFault } from "./block-fault.js";
import type { ImageLayout } from "./layout.js";
import { groupJobs, roomFor, type Job } from "./read-groups.js";
import { blankNodata } from "./nodata.js";
import { openStreamedBand } from "./streamed-band.js";
import { scratchBlocks, type ScratchBlocks } from "./scratch-blocks.js";
import { takeSamples } from "./samples.js";
import type { Samples } from "./samples.js";

/** A window that is being read. */
interface Reading {
  readonly window: Window;
  readonly out: RasterData | Uint8Array;
  readonly keep: NonNullable<ReadHints["keep"]>;
  readonly turn: number;
  /** Whether `out` already has NaN in place of nodata. */
  blanked: boolean;
}

/** @throws QuadratError of kind "input" if a block lies outside the file or its codec is not supported */
export async function openBand(
  container: TiffContainer,
  directory: Directory,
  layout: ImageLayout,
  options: BandOptions,
): Promise<BandReader> {
  if (layout.streamedRows !== undefined) return openStreamedBand(container, directory, layout, options);
  const { file, littleEndian } = container;
  const { atOnce = 2 } = file;
  const decode = await createDecoder(container, directory, layout);
  const index = await openBlockIndex(container, directory, layout, layout.planar ? options.band : 0);
  const { blocks, sparse } = await index.check();
  const cache = createBlockCache(options.cacheBytes, layout.blocksAcross);
  const { nodata } = options;
  const sampleOptions = { littleEndian, band: layout.planar ? 0 : options.band, nodata64: nodata?.int64 };
  const decodeInto = directDecoder(decode, layout, nodata);
  let scratch: ScratchBlocks | undefined;
  let turns = 0;
  /** Whether all kept blocks already have NaN in place of nodata. */
  let keepsBlanked = true;

  const read: BandReader["read"] = async (window, out, keep = "all") => {
    const reading: Reading = { window, out, keep, turn: ++turns, blanked: true };
    const jobs: Job[] = [];
    for (const [first, count] of blockRows(layout, window)) {
      takeKnown(await index.load(first, count), [first, count], reading, jobs);
    }
    let busy = await takeJobs(jobs, reading);
    // What other threads have decoded in the meantime; or should have, had they not failed.
    while (busy.length > 0) {
      busy = await takeJobs(
        busy.filter(({ block }) => !takeSettled(block, reading)),
        reading,
      );
    }
    if (nodata && !reading.blanked && !(out instanceof Uint8Array)) blankNodata(out, nodata);
  };

  /** Takes blocks from the file. Returns those that other threads are decoding. */
  const takeJobs = async (jobs: Job[], reading: Reading): Promise<Job[]> => {
    const busy: Job[] = [];
    const groups = groupJobs(jobs);
    // The next bytes are fetched while these are decoded.
    const pending: ReturnType<typeof fetchGroup>[] = [];
    let next = 0;
    const fetchAhead = (most: number): void => {
      while (next < groups.length && pending.length < most) {
        const fetching = fetchGroup(groups[next++]!, busy);
        // A failure below must not leave this promise without a handler.
        fetching.catch(() => undefined);
        pending.push(fetching);
      }
    };
    for (fetchAhead(atOnce - 1); pending.length > 0;) {
      const { group, buffer, bytes } = await pending.shift()!;
      fetchAhead(atOnce - 1);
      for (const job of group) {
        const from = job.offset - group[0]!.offset;
        if (!takeStored(job.block, bytes.subarray(from, from + job.length), reading)) busy.push(job);
      }
      if (spare.length < atOnce) spare.push(buffer);
    }
    return busy;
  };

  // What follows is synchronous, so that it is compiled on its own and only once, unlike asynchronous functions.

  /** Copies the blocks that need not be read into place, and returns the others as jobs. */
  const takeKnown = (
    range: BlockRange,
    [first, count]: readonly [number, number],
    reading: Reading,
    jobs: Job[],
  ): void => {
    const { window, out, turn } = reading;
    for (let block = first; block < first + count; block++) {
      const length = range.lengths[block - range.first]!;
      const cached = length > 0 ? cache.get(block, turn) : undefined;
      if (length === 0 || (cached && !keepsBlanked)) reading.blanked = false;
      if (length === 0) fillBlock(layout, block, options.sparseValue, window, out);
      else if (cached) copyBlock(layout, block, cached, window, out);
      else if (takeKept(block, reading)) continue;
      else jobs.push({ block, offset: range.offsets[block - range.first]!, length });
    }
  };

  /** Copies a block that is in the scratch file into place; false if it isn't there. */
  const takeKept = (block: number, reading: Reading): boolean => {
    const { window, out, turn } = reading;
    const whole = scratch?.copy(block, window, out);
    if (whole === undefined) return false;
    if (!(out instanceof Float32Array && decodeInto)) reading.blanked = keepsBlanked = false;
    if (whole !== "part") cache.set(block, whole, turn);
    return true;
  };

  const takeSettled = (block: number, reading: Reading): boolean => {
    scratch?.settled(block);
    return takeKept(block, reading);
  };

  /** Decodes a block and copies it into place; false if another thread is decoding it. */
  const takeStored = (block: number, stored: Uint8Array, reading: Reading): boolean => {
    const { window, out, keep, turn } = reading;
    const floats = out instanceof Float32Array ? out : undefined;
    const direct = floats && decodeInto;
    const passing = keep === "none" || (keep === "partial" && isInside(layout, block, window));
    if (passing && floats && direct) {
      timed("decode", () => guarded(block, () => direct(stored, block, window, floats)));
      return true;
    }
    if (!passing && scratch?.claim(block) === false) return false;
    if (!direct) reading.blanked = keepsBlanked = false;
    const decodeBlock = (): Samples =>
      direct
        ? decodeWhole(direct, stored, layout, block)
        : decodeSamples(decode, stored, layout, block, sampleOptions);
    let samples: Samples;
    try {
      samples = timed("decode", () => guarded(block, decodeBlock));
    } catch (error) {
      if (!passing) scratch?.release(block);
      throw error;
    }
    if (!passing) scratch?.put(block, samples);
    copyBlock(layout, block, samples, window, out);
    if (passing || scratch?.isPart(block, window)) returnBuffer(samples.buffer);
    else cache.set(block, samples, turn);
    return true;
  };

  /** Buffers of earlier groups can be reused: decoded data never point into them. */
  const spare: Uint8Array[] = [];
  const fetchGroup = async (jobs: readonly Job[], busy: Job[]) => {
    const group = scratch ? jobs.filter(({ block }) => scratch!.isMissing(block)) : jobs;
    if (group.length < jobs.length) busy.push(...jobs.filter((job) => !group.includes(job)));
    const start = group[0]?.offset ?? 0;
    const size =
      group.reduce((furthest, { offset, length }) => Math.max(furthest, offset + length), start) - start;
    const used = spare.pop();
    const buffer = used && used.length >= size ? used : Buffer.allocUnsafeSlow(roomFor(size));
    return { group, buffer, bytes: await timed("read", () => file.readInto(buffer, start, size)) };
  };

  const guarded = <T>(block: number, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw blockFault(file.path, layout, block, cause);
    }
  };

  return {
    ...{ layout, blocks, sparse, read },
    limitCache: (bytes) => {
      cache.limit(bytes);
      if (bytes === 0) spare.length = 0;
    },
    useScratch: (file) => (scratch = file && scratchBlocks(file, layout)),
    close: () => cache.clear(),
  };
}

/** A whole block, with NaN in place of nodata. */
function decodeWhole(
  decodeInto: DirectDecoder,
  data: Uint8Array,
  layout: ImageLayout,
  block: number,
): Float32Array<ArrayBuffer> {
  const { blockWidth: width, blocksAcross, blockHeight } = layout;
  const height = rowsOf(layout, block);
  // The same size for the last blocks, which have fewer rows, so that they can reuse spare buffers.
  const buffer = takeBuffer(4 * width * blockHeight);
  const col = (block % blocksAcross) * width;
  const row = Math.floor(block / blocksAcross) * blockHeight;
  const samples = new Float32Array(buffer, 0, width * height);
  decodeInto(data, block, { col, row, width, height }, samples);
  return samples;
}

function decodeSamples(
  decode: BlockDecoder,
  data: Uint8Array,
  layout: ImageLayout,
  block: number,
  options: Parameters<typeof takeSamples>[3],
): Samples {
  const room = new Uint8Array(takeBuffer(layout.blockHeight * layout.rowBytes + inflateSlack));
  const bytes = decodeBytes(decode, data, layout, block, room);
  const samples = takeSamples(bytes, layout, rowsOf(layout, block), options);
  if (samples.buffer !== room.buffer) {
    returnBuffer(room.buffer);
    reclaim(samples.buffer.byteLength);
  }
  return samples;
}

/** The blocks that a window touches, as runs of consecutive numbers: one run for each row of blocks. */
function* blockRows(layout: ImageLayout, window: Window): Generator<readonly [first: number, count: number]> {
  const { blockWidth, blockHeight, blocksAcross } = layout;
  const left = Math.floor(window.col / blockWidth);
  const right = Math.floor((window.col + window.width - 1) / blockWidth);
  const top = Math.floor(window.row / blockHeight);
  const bottom = Math.floor((window.row + window.height - 1) / blockHeight);
  if (left === 0 && right === blocksAcross - 1) {
    yield [top * blocksAcross, (bottom - top + 1) * blocksAcross];
    return;
  }
  for (let row = top; row <= bottom; row++) yield [row * blocksAcross + left, right - left + 1];
}
