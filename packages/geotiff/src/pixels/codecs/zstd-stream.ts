import { ZSTDDecoder } from "zstddec/stream";
import { CorruptBlock } from "../../container/fault.js";
import type { StreamDecoder } from "./codec.js";

/** The number of bytes handed over at once: at most the rest of them is decoded in vain. */
const sliceBytes = 512;
/** More than a zstd block: a decoder that received this much must produce output. */
const stockBytes = 2 ** 18;
/** No output this many times, with more to be read, indicates an error that the library ignores. */
const mostEmpty = 1000;

/** Loads the decoder, which decodes blocks of at most 128 KiB and keeps the frame's window (8 MiB at most levels). */
export async function loadZstdStream(): Promise<StreamDecoder> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return {
    checksEnd: true,
    async *decode(data) {
      const stock = new Stock(data);
      await stock.fill();
      const parts = decoder.decodeStreaming(stock) as Parts;
      let finished = false;
      try {
        for (let empty = 0; empty < mostEmpty;) {
          const part = parts.next();
          finished = part.done === true;
          if (part.done) return;
          empty = part.value.length === 0 ? empty + 1 : 0;
          if (part.value.length > 0) yield part.value;
          await stock.fill();
        }
        throw new Error("an error within a frame");
      } catch (cause) {
        finished = true;
        throw new CorruptBlock(`corrupt ZSTD data: ${(cause as Error).message}`, { cause });
      } finally {
        // The library frees its memory only when its input ends.
        stock.end();
        if (!finished) drain(parts);
      }
    },
  };
}

type Parts = Generator<Uint8Array, void>;

function drain(parts: Parts): void {
  try {
    for (let empty = 0; empty < mostEmpty;) {
      const part = parts.next();
      if (part.done) return;
      if (part.value.length === 0) empty++;
    }
  } catch {
    // This error only means that the rest of its input is missing.
  }
}

/** Data read ahead, for a synchronous reader. */
class Stock implements Iterable<Uint8Array> {
  readonly #data: AsyncIterator<Uint8Array, void>;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;

  constructor(data: AsyncIterable<Uint8Array>) {
    this.#data = data[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, void>;
  }

  async fill(): Promise<void> {
    while (this.#bytes < stockBytes && !this.#ended) {
      const part = await this.#data.next();
      if (part.done) this.#ended = true;
      else {
        this.#parts.push(part.value);
        this.#bytes += part.value.length;
      }
    }
  }

  end(): void {
    this.#ended = true;
    this.#parts = [];
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (let part = this.#parts[0]; part; part = this.#parts[0]) {
      const slice = part.subarray(0, sliceBytes);
      this.#bytes -= slice.length;
      if (slice.length === part.length) this.#parts.shift();
      else this.#parts[0] = part.subarray(sliceBytes);
      yield slice;
    }
    if (!this.#ended) throw new Error("a block of more than 256 KiB");
  }
}
