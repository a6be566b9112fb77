import type { StreamDecoder } from "./codec.js";

/** What is not compressed. */
const stored: StreamDecoder = {
  checksEnd: false,
  async *decode(data) {
    yield* data;
  },
};

/** Schemes whose data can be decoded in parts, and the maximum number of bytes that one byte expands to. */
const schemes: Readonly<Record<number, { readonly expansion: number; load(): Promise<StreamDecoder> }>> = {
  1: { expansion: 1, load: () => Promise.resolve(stored) },
  5: { expansion: 2600, load: async () => (await import("./lzw-stream.js")).lzwStream },
  8: { expansion: 1100, load: async () => (await import("./deflate-stream.js")).deflateStream },
  32773: { expansion: 64, load: async () => (await import("./packbits-stream.js")).packBitsStream },
  32946: { expansion: 1100, load: async () => (await import("./deflate-stream.js")).deflateStream },
  50000: { expansion: 33_000, load: async () => (await import("./zstd-stream.js")).loadZstdStream() },
};

/**
 * The maximum number of bytes that one byte of a scheme expands to; undefined if it can't be decoded as a
 * stream.
 */
export function streamExpansion(compression: number): number | undefined {
  return schemes[compression]?.expansion;
}

/** The decoder of a scheme that {@link streamExpansion} knows. */
export function loadStreamDecoder(compression: number): Promise<StreamDecoder> {
  return schemes[compression]!.load();
}
