import type { StreamDecoder } from "./codecs/codec.js";
import type { RandomAccessFile } from "@quadrat/core/base";

const readBytes = 2 ** 18;

/** The decoded bytes of one strip, from its start. */
export interface RowStream {
  /** Reads the next bytes into `into`, or skips them if it is a number. */
  take(into: Uint8Array | number): Promise<void>;
  /** Looks for a fault that shows only at the end of the data. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export function openRowStream(
  file: RandomAccessFile,
  [offset, length]: readonly [number, number],
  decoder: StreamDecoder,
): RowStream {
  const parts = decoder.decode(readParts(file, offset, length));
  let part: Uint8Array = new Uint8Array(0);
  let taken = 0;
  return {
    take: async (into) => {
      const count = typeof into === "number" ? into : into.length;
      for (let done = 0; done < count;) {
        if (part.length === 0) {
          const next = await parts.next();
          if (next.done) throw new Error(`it decodes to ${taken} bytes, but its pixels need more`);
          part = next.value;
          continue;
        }
        const some = part.subarray(0, count - done);
        if (typeof into !== "number") into.set(some, done);
        part = part.subarray(some.length);
        done += some.length;
        taken += some.length;
      }
    },
    finish: async () => {
      if (decoder.checksEnd) await parts.next();
    },
    close: async () => {
      await parts.return(undefined);
    },
  };
}

async function* readParts(file: RandomAccessFile, offset: number, length: number) {
  // Where an answer takes longer than its bytes the next ones are asked for meanwhile.
  const { atOnce = 1 } = file;
  const ahead: Promise<Uint8Array>[] = [];
  let asked = 0;
  for (;;) {
    for (; asked < length && ahead.length < atOnce; asked += readBytes) {
      const part = file.read(offset + asked, Math.min(readBytes, length - asked));
      // Nobody waits for it if the stream is closed before.
      part.catch(() => undefined);
      ahead.push(part);
    }
    const next = ahead.shift();
    if (!next) return;
    yield await next;
  }
}
