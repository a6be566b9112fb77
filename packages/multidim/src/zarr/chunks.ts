import { Damaged } from "../fault.js";
import { alike, bytesOf, toSamples, type Samples } from "../samples.js";
import { countOf, positionOf, stridesOf } from "../shapes.js";
import { undoCodecs } from "./codecs.js";
import type { Folder } from "./folder.js";
import type { ArrayMetadata, Sharding } from "./metadata.js";

const indexesKept = 16;

/** Reads the chunks of an array: each a file of its own, or a part of a shard. */
export function chunkReader(
  folder: Folder,
  path: string,
  array: ArrayMetadata,
): (index: readonly number[]) => Promise<Samples | undefined> {
  const { chunk, type, encoding, sharding, keyOf } = array;
  const count = countOf(chunk);
  const bytes = count * bytesOf(type!);
  const keyIn = (index: readonly number[]): string =>
    path === "" ? keyOf(index) : `${path}/${keyOf(index)}`;
  const stored = sharding
    ? shardReader(folder, keyIn, chunk, sharding)
    : (index: readonly number[]) => folder.read(keyIn(index), 2 * bytes + 2 ** 16);
  return async (index) => {
    const data = await stored(index);
    if (!data) return undefined;
    const plain = await undoCodecs(data, encoding.codecs, bytes);
    const samples = toSamples(plain, type!, encoding.littleEndian);
    return encoding.order ? untranspose(samples, chunk, encoding.order) : samples;
  };
}

/** Puts elements whose dimensions are stored in another sequence in ours. */
function untranspose(samples: Samples, shape: readonly number[], order: readonly number[]): Samples {
  const strides = shape.map(() => 0);
  const inStored = stridesOf(order.map((d) => shape[d]!));
  for (const [position, d] of order.entries()) strides[d] = inStored[position]!;
  const out = alike(samples, samples.length);
  // Both are of the same type, which TypeScript does not see.
  const [source, target] = [samples as Uint8Array, out as Uint8Array];
  const index = shape.map(() => 0);
  for (let i = 0, from = 0; i < out.length; i++) {
    target[i] = source[from]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]!++;
      from += strides[d]!;
      if (index[d]! < shape[d]!) break;
      from -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return out;
}

/** In an index, what stands for a chunk that was not written. */
const nowhere = 2n ** 64n - 1n;

function shardReader(
  folder: Folder,
  keyIn: (index: readonly number[]) => string,
  chunk: readonly number[],
  { shape, index: encoding, indexAtEnd }: Sharding,
): (index: readonly number[]) => Promise<Uint8Array | undefined> {
  const inShard = shape.map((length, d) => length / chunk[d]!);
  const indexBytes = 16 * countOf(inShard);
  const storedBytes = encoding.codecs.reduce((sum, { adds }) => sum + (adds ?? NaN), indexBytes);
  if (Number.isNaN(storedBytes)) throw new Damaged("the index of its shards is packed");
  const indexes = new Map<string, Promise<BigUint64Array | undefined>>();
  const readIndex = async (key: string): Promise<BigUint64Array | undefined> => {
    const data = await folder.readPart(key, indexAtEnd ? -storedBytes : 0, storedBytes);
    if (!data) return undefined;
    const plain = await undoCodecs(data, encoding.codecs, indexBytes);
    return toSamples(plain, "uint64", encoding.littleEndian) as BigUint64Array;
  };
  return async (index) => {
    const key = keyIn(index.map((at, d) => Math.floor(at / inShard[d]!)));
    let found = indexes.get(key);
    if (!found) {
      if (indexes.size >= indexesKept) indexes.clear();
      indexes.set(key, (found = readIndex(key)));
      found.catch(() => indexes.delete(key));
    }
    const places = await found;
    if (!places) return undefined;
    const at = positionOf(
      index.map((value, d) => value % inShard[d]!),
      inShard,
    );
    const [offset, length] = [places[2 * at]!, places[2 * at + 1]!];
    if (offset === nowhere && length === nowhere) return undefined;
    return folder.readPart(key, Number(offset), Number(length));
  };
}
