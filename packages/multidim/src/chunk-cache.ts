import { alike, type Samples } from "./samples.js";
import { stridesOf } from "./shapes.js";

/** A part of a chunk: in each dimension the indices `[from, to)`. */
export type Box = readonly (readonly [from: number, to: number])[];

/** The elements of a chunk, or of a part of it, and where they are. */
export interface KeptChunk {
  readonly box: Box;
  readonly shape: readonly number[];
  /** undefined: the chunk was never written. */
  readonly samples: Samples | undefined;
}

/** A chunk by its number. */
export interface ChunkPlace {
  readonly number: number;
  /** Which steps it holds: equal for chunks that hold the same. */
  readonly slab: number;
  /** Its row in the grid of chunks, and the rows that are read together with it. */
  readonly row: number;
  readonly rows: readonly [first: number, end: number];
}

interface Entry extends ChunkPlace {
  readonly chunk: Promise<KeptChunk>;
  bytes: number;
  /** The chunk once it is there. */
  kept: KeptChunk | undefined;
}

/**
 * Decoded chunks, of which those used least recently are dropped if they exceed a number of bytes. Chunks that hold several
 * steps (a slab) are read step after step: those of the slab and rows that are being read are not dropped for one another, since a
 * reader that cycles over more than fits would lose each chunk just before it needs it again.
 */
export class ChunkCache {
  readonly #entries = new Map<number, Entry>();
  readonly #dropped: (chunk: KeptChunk) => void;
  #bytes = 0;
  #most: number;

  /** @param dropped is given chunks that make room for the one that was requested, and are not in the cache any more */
  constructor(most: number, dropped: (chunk: KeptChunk) => void = () => undefined) {
    this.#most = most;
    this.#dropped = dropped;
  }

  get most(): number {
    return this.#most;
  }

  limit(most: number): void {
    this.#most = most;
    this.#drop(0, undefined);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** The chunk at a place, or a part of it that covers the box; it is loaded if it is not kept. */
  async get(place: ChunkPlace, box: Box, load: () => Promise<KeptChunk>): Promise<KeptChunk> {
    const { number } = place;
    const known = this.#entries.get(number);
    if (known) {
      const chunk = await known.chunk;
      if (covers(chunk.box, box)) {
        if (this.#entries.get(number) === known) {
          this.#entries.delete(number);
          this.#entries.set(number, known);
        }
        return chunk;
      }
      this.#forget(number, known);
    }
    const entry: Entry = { ...place, chunk: load(), bytes: 0, kept: undefined };
    this.#entries.set(number, entry);
    try {
      const chunk = await entry.chunk;
      this.#settle(entry, chunk);
      return chunk;
    } catch (error) {
      this.#forget(number, entry);
      throw error;
    }
  }

  #settle(entry: Entry, chunk: KeptChunk): void {
    const { number } = entry;
    const { samples } = chunk;
    if (this.#entries.get(number) !== entry) return;
    const bytes = samples?.byteLength ?? 0;
    this.#drop(bytes, entry);
    if (this.#bytes + bytes > this.#most) {
      this.#entries.delete(number);
      return;
    }
    entry.bytes = bytes;
    entry.kept = chunk;
    this.#bytes += bytes;
  }

  /** Makes room, sparing the chunks that are read together with one. */
  #drop(room: number, spared: ChunkPlace | undefined): void {
    for (const [number, entry] of this.#entries) {
      if (this.#bytes + room <= this.#most) return;
      const isSpared =
        entry.slab === spared?.slab && entry.row >= spared.rows[0] && entry.row < spared.rows[1];
      if (isSpared || entry.bytes === 0) continue;
      this.#forget(number, entry);
      if (spared && entry.kept) this.#dropped(entry.kept);
    }
  }

  #forget(number: number, entry: Entry): void {
    if (this.#entries.get(number) !== entry) return;
    this.#entries.delete(number);
    this.#bytes -= entry.bytes;
  }
}

function covers(outer: Box, inner: Box): boolean {
  return outer.every(([from, to], d) => from <= inner[d]![0] && to >= inner[d]![1]);
}

/** All of a chunk of this shape. */
export function wholeBox(shape: readonly number[]): Box {
  return shape.map((length) => [0, length]);
}

/** The part of a chunk that lies in a box. */
export function cutChunk(samples: Samples, shape: readonly number[], box: Box): KeptChunk {
  const cut = box.map(([from, to]) => to - from);
  const strides = stridesOf(shape);
  const run = cut.at(-1) ?? 1;
  const count = cut.reduce((product, length) => product * length, 1);
  const out = alike(samples, count);
  const index = cut.map(() => 0);
  for (let done = 0; done < count; done += run) {
    let start = 0;
    for (let d = 0; d < cut.length; d++) start += (box[d]![0] + index[d]!) * strides[d]!;
    // Both are of the same type, which TypeScript does not see.
    (out as Uint8Array).set(samples.subarray(start, start + run) as Uint8Array, done);
    for (let d = cut.length - 2; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < cut[d]!) break;
      index[d] = 0;
    }
  }
  return { box, shape: cut, samples: out };
}
