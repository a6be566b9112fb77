import { returnBuffer } from "@quadrat/core/base";
import { unpackBlosc } from "../codecs/blosc.js";
import { fletcher32 } from "../codecs/checksums.js";
import { inflate } from "../codecs/inflate.js";
import { unpackLz4 } from "../codecs/lz4.js";
import { unshuffle } from "../codecs/shuffle.js";
import { unpackZstd } from "../codecs/zstd.js";
import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";

export interface Filter {
  readonly id: number;
  readonly name: string;
  readonly values: readonly number[];
}

/** Undoes a filter whose result has at most, or if that is known exactly, `bytes` bytes. */
type Undo = (data: Uint8Array, bytes: number, filter: Filter) => Uint8Array | Promise<Uint8Array>;

const checksumBytes = 4;

const known: Readonly<
  Record<number, { readonly undo: Undo; readonly adds?: number; readonly packs: boolean }>
> = {
  1: { undo: (data, bytes) => inflate(data, bytes), packs: true },
  2: { undo: (data, _, { values }) => unshuffle(data, values[0] ?? 1), adds: 0, packs: false },
  3: { undo: (data) => checked(data), adds: checksumBytes, packs: false },
  32001: { undo: unpackBlosc, packs: true },
  32004: { undo: unpackLz4Blocks, packs: true },
  32015: { undo: unpackZstd, packs: true },
};

/** Names of filters that files may have, whether they are supported or not. */
const names: Readonly<Record<number, string>> = {
  1: "deflate",
  2: "shuffle",
  3: "fletcher32",
  4: "szip",
  5: "nbit",
  6: "scaleoffset",
  307: "bzip2",
  32000: "lzf",
  32001: "blosc",
  32004: "lz4",
  32008: "bitshuffle",
  32013: "zfp",
  32015: "zstd",
  32017: "sz",
  32022: "bitgroom",
  32023: "granular bitround",
  32026: "blosc2",
};

/** Filters that changed values when they were written, and have nothing to undo. */
const oneWay: readonly number[] = [32022, 32023];

const mostFilters = 32;

export function readFilters(bytes: Bytes): Filter[] {
  const version = bytes.u8();
  const count = bytes.u8();
  if ((version !== 1 && version !== 2) || count > mostFilters)
    throw new Damaged("the list of filters is malformed");
  if (version === 1) bytes.skip(6);
  return Array.from({ length: count }, () => {
    const id = bytes.u16();
    const nameBytes = version === 1 || id >= 256 ? bytes.u16() : 0;
    bytes.skip(2);
    const valueCount = bytes.u16();
    const name = new TextDecoder().decode(
      bytes.bytes(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes),
    );
    const values = Array.from({ length: valueCount }, () => bytes.u32());
    if (version === 1 && valueCount % 2 === 1) bytes.skip(4);
    return { id, name: names[id] ?? (name.replace(/\0.*$/s, "") || `number ${id}`), values };
  });
}

/** Why chunks with these filters can't be read. */
export function unsupportedFilter(filters: readonly Filter[]): string | undefined {
  const missing = filters.find(({ id }) => !(id in known) && !oneWay.includes(id));
  return missing && `it is stored with the filter ${missing.name} (${missing.id}), which is not supported`;
}

/** Undoes all filters of a chunk that has `bytes` bytes without them. Buffers that were lent on the way are returned. */
export async function undoFilters(
  data: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  bytes: number,
): Promise<Uint8Array> {
  const used = filters.filter(({ id }, i) => (mask & (1 << i)) === 0 && !oneWay.includes(id));
  // The size before each filter, as far as it is known: after one that packs it is not.
  const sizes: number[] = [bytes];
  for (const { id } of used) {
    const before = sizes.at(-1)!;
    sizes.push(known[id]!.packs ? 2 * before + 4096 : before + (known[id]!.adds ?? 0));
  }
  let current = data;
  for (let i = used.length - 1; i >= 0; i--) {
    const before = current;
    current = await known[used[i]!.id]!.undo(current, sizes[i]!, used[i]!);
    if (current.buffer !== before.buffer) returnBuffer(before.buffer);
  }
  if (current.length !== bytes) throw new Damaged(`it has ${current.length} bytes instead of ${bytes}`);
  return current;
}

function checked(data: Uint8Array): Uint8Array {
  const end = data.length - checksumBytes;
  if (end < 0) throw new Damaged("it has no checksum");
  const content = data.subarray(0, end);
  const sum = fletcher32(content);
  const written = Buffer.from(data.buffer, data.byteOffset + end, checksumBytes);
  if (written.readUInt32LE() !== sum && written.readUInt32BE() !== sum)
    throw new Damaged("its checksum is wrong");
  return content;
}

/** The lengths of all and of a block, then the blocks, each after its packed length. */
function unpackLz4Blocks(data: Uint8Array, most: number): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 12) throw new Damaged("LZ4 data of fewer than 12 bytes");
  const total = Number(view.getBigUint64(0));
  const block = view.getUint32(8);
  if (total > most || total > 255 * data.length || block === 0)
    throw new Damaged(`LZ4 data of ${total} bytes instead of ${most}`);
  const out = new Uint8Array(total);
  for (let [from, to] = [12, 0]; to < total;) {
    const length = Math.min(block, total - to);
    if (from + 4 > data.length) throw new Damaged("LZ4 data end too early");
    const packed = view.getUint32(from);
    from += 4;
    if (from + packed > data.length) throw new Damaged("LZ4 data end too early");
    const part = data.subarray(from, from + packed);
    if (packed === length) out.set(part, to);
    else unpackLz4(part, out.subarray(to, to + length));
    from += packed;
    to += length;
  }
  return out;
}
