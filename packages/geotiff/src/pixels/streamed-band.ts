import { isQuadratError, reclaim, returnBuffer, takeBuffer, timed } from "@quadrat/core/base";
import type { BandOptions, BandReader } from "./band.js";
import { createBlockCache } from "./block-cache.js";
import { copyBlock, fillBlock } from "./block-copy.js";
import { blockFault } from "./block-fault.js";
import { openBlockIndex } from "./block-index.js";
import { loadStreamDecoder } from "./codecs/streams.js";
import type { Directory, TiffContainer } from "../container/container.js";
import { rowsOf } from "./decode-bytes.js";
import type { ImageLayout } from "./layout.js";
import { blankNodata } from "./nodata.js";
import { openRowStream, type RowStream } from "./row-stream.js";
import { scratchBlocks, type ScratchBlocks } from "./scratch-blocks.js";
import { takeSamples, type Samples } from "./samples.js";

/** A strip that is being decoded, and its next block. */
interface Decoding {
  readonly strip: number;
  readonly stream: RowStream;
  next: number;
}

/**
 * Reads an image whose compressed strips are too large to be held: each is decoded as a stream, a block of some rows at a
 * time. Reading downwards decodes it once; reading upwards starts the strip again, unless the blocks are in the cache or in a
 * scratch file, which gets all blocks that are passed.
 */
export async function openStreamedBand(
  container: TiffContainer,
  directory: Directory,
  layout: ImageLayout,
  options: BandOptions,
): Promise<BandReader> {
  const { file, littleEndian } = container;
  const { height, blockHeight, rowBytes, planar } = layout;
  const stripRows = layout.streamedRows!;
  const decoder = await loadStreamDecoder(layout.compression);
  const strips = { ...layout, blockHeight: stripRows, blocksDown: Math.ceil(height / stripRows) };
  const index = await openBlockIndex(container, directory, strips, planar ? options.band : 0);
  const { blocks, sparse } = await index.check();
  const cache = createBlockCache(options.cacheBytes, 1);
  const { nodata } = options;
  const sampleOptions = { littleEndian, band: planar ? 0 : options.band, nodata64: nodata?.int64 };
  let scratch: ScratchBlocks | undefined;
  let decoding: Decoding | undefined;
  let turns = 0;

  const stripOf = (block: number): number => Math.floor((block * blockHeight) / stripRows);

  const placeOf = async (strip: number): Promise<readonly [offset: number, length: number]> => {
    const { first, offsets, lengths } = await index.load(strip, 1);
    return [offsets[strip - first]!, lengths[strip - first]!];
  };

  const stop = async (): Promise<void> => {
    const last = decoding;
    decoding = undefined;
    await last?.stream.close();
  };

  /** The stream of a strip, just before a block of it. */
  const seek = async (block: number, place: readonly [number, number]): Promise<Decoding> => {
    const strip = stripOf(block);
    if (decoding?.strip !== strip || decoding.next > block) {
      await stop();
      const next = Math.floor((strip * stripRows) / blockHeight);
      decoding = { strip, stream: openRowStream(file, place, decoder), next };
    }
    while (scratch && decoding.next < block) {
      if (!scratch.claim(decoding.next)) await skip(decoding, decoding.next + 1);
      else returnBuffer((await decodeNext(decoding)).buffer);
    }
    await skip(decoding, block);
    return decoding;
  };

  const skip = async (from: Decoding, block: number): Promise<void> => {
    const rows = Math.min(height, block * blockHeight) - from.next * blockHeight;
    await from.stream.take(rows * rowBytes);
    from.next = block;
  };

  /** The next block of a strip, which the scratch file gets if it was claimed for it. */
  const decodeNext = async (from: Decoding): Promise<Samples> => {
    const block = from.next;
    const rows = rowsOf(layout, block);
    const bytes = new Uint8Array(takeBuffer(blockHeight * rowBytes), 0, rows * rowBytes);
    try {
      await from.stream.take(bytes);
      from.next = block + 1;
      const last = block + 1 === layout.blocksDown || stripOf(block + 1) !== stripOf(block);
      if (last) await from.stream.finish();
      const samples = takeSamples(bytes, layout, rows, sampleOptions);
      if (samples.buffer !== bytes.buffer) {
        returnBuffer(bytes.buffer);
        reclaim(samples.buffer.byteLength);
      }
      scratch?.put(block, samples);
      return samples;
    } catch (error) {
      scratch?.release(block);
      throw error;
    }
  };

  const decode = async (block: number, place: readonly [number, number]): Promise<Samples> => {
    try {
      const from = await seek(block, place);
      // There is only one reader, which found it missing.
      scratch?.claim(block);
      return await decodeNext(from);
    } catch (cause) {
      await stop();
      throw isQuadratError(cause) ? cause : blockFault(file.path, strips, stripOf(block), cause);
    }
  };

  const read: BandReader["read"] = async (window, out) => {
    const turn = ++turns;
    const last = Math.floor((window.row + window.height - 1) / blockHeight);
    for (let block = Math.floor(window.row / blockHeight); block <= last; block++) {
      const place = await placeOf(stripOf(block));
      if (place[1] === 0) {
        fillBlock(layout, block, options.sparseValue, window, out);
        continue;
      }
      const kept = cache.get(block, turn);
      const filed = kept ? undefined : scratch?.copy(block, window, out);
      if (filed !== undefined) {
        if (filed !== "part") cache.set(block, filed, turn);
        continue;
      }
      const samples = kept ?? (await timed("decode", () => decode(block, place)));
      copyBlock(layout, block, samples, window, out);
      if (!kept) cache.set(block, samples, turn);
    }
    if (nodata && !(out instanceof Uint8Array)) blankNodata(out, nodata);
  };

  // There is only one stream, so windows are read in sequence.
  let before: Promise<unknown> = Promise.resolve();
  return {
    ...{ layout, blocks, sparse },
    read: (window, out) => {
      const reading = before.then(() => read(window, out));
      before = reading.catch(() => undefined);
      return reading;
    },
    limitCache: (bytes) => cache.limit(bytes),
    useScratch: (file) => (scratch = file && scratchBlocks(file, layout)),
    close: () => {
      cache.clear();
      stop().catch(() => undefined);
    },
  };
}
