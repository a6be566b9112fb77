import { unpackBlosc } from "../codecs/blosc.js";
import { crc32c } from "../codecs/checksums.js";
import { inflate } from "../codecs/inflate.js";
import { unpackLz4 } from "../codecs/lz4.js";
import { unshuffle } from "../codecs/shuffle.js";
import { unpackZstd } from "../codecs/zstd.js";
import { Damaged } from "../fault.js";
import type { Json } from "./json.js";

/** Undoes a codec from bytes to bytes; `most` is the most that can come of it. */
export type Undo = (data: Uint8Array, most: number) => Uint8Array | Promise<Uint8Array>;

export interface ByteCodec {
  readonly name: string;
  readonly undo: Undo;
  /** Bytes that it adds, or undefined if it packs. */
  readonly adds: number | undefined;
}

/** By their names; those of numcodecs are also written with `numcodecs.` before them. */
const makers: Readonly<Record<string, (configuration: Json) => Omit<ByteCodec, "name">>> = {
  blosc: () => ({ undo: unpackBlosc, adds: undefined }),
  crc32c: () => ({ undo: withoutChecksum, adds: 4 }),
  gzip: () => ({ undo: (data, most) => inflate(data, most, "gzip"), adds: undefined }),
  lz4: () => ({ undo: unpackSized, adds: undefined }),
  shuffle: ({ elementsize }) => ({ undo: (data) => unshuffle(data, Number(elementsize ?? 4)), adds: 0 }),
  zlib: () => ({ undo: (data, most) => inflate(data, most), adds: undefined }),
  zstd: () => ({ undo: unpackZstd, adds: undefined }),
};

/** The codec of a name; undefined if it is not supported. */
export function byteCodec(name: string, configuration: Json): ByteCodec | undefined {
  const plain = name.replace(/^numcodecs\./, "");
  const maker = Object.hasOwn(makers, plain) ? makers[plain] : undefined;
  return maker && { name, ...maker(configuration) };
}

export const supportedCodecs: readonly string[] = Object.keys(makers);

/** Undoes codecs, the last one first; without them there are exactly `bytes` bytes. */
export async function undoCodecs(
  data: Uint8Array,
  codecs: readonly ByteCodec[],
  bytes: number,
): Promise<Uint8Array> {
  const sizes: number[] = [bytes];
  for (const { adds } of codecs)
    sizes.push(adds === undefined ? 2 * sizes.at(-1)! + 4096 : sizes.at(-1)! + adds);
  let current = data;
  for (let i = codecs.length - 1; i >= 0; i--) current = await codecs[i]!.undo(current, sizes[i]!);
  if (current.length !== bytes) throw new Damaged(`it has ${current.length} bytes instead of ${bytes}`);
  return current;
}

function withoutChecksum(data: Uint8Array): Uint8Array {
  const end = data.length - 4;
  if (end < 0) throw new Damaged("it has no checksum");
  const content = data.subarray(0, end);
  const written = Buffer.from(data.buffer, data.byteOffset + end, 4).readUInt32LE();
  if (written !== crc32c(content)) throw new Damaged("its checksum is wrong");
  return content;
}

/** LZ4 after the length of what comes of it. */
function unpackSized(data: Uint8Array, most: number): Uint8Array {
  if (data.length < 4) throw new Damaged("LZ4 data of fewer than 4 bytes");
  const bytes = Buffer.from(data.buffer, data.byteOffset, 4).readUInt32LE();
  if (bytes > most || bytes > 255 * data.length)
    throw new Damaged(`LZ4 data of ${bytes} bytes instead of ${most}`);
  const out = new Uint8Array(bytes);
  unpackLz4(data.subarray(4), out);
  return out;
}
