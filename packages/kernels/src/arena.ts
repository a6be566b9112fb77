import { noGrowth } from "./memory-error.js";

/** A WebAssembly memory, as far as an arena needs it. */
export interface GrowableMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Bytes of an arena that belong to whoever took them, until they are released. */
export interface Block {
  /** The address of the first byte, a multiple of {@link lineBytes}. */
  readonly at: number;
  readonly bytes: number;
  release(): void;
}

interface View<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, at: number, length: number): T;
}

/** A line of the processor's cache. */
const lineBytes = 64;
const pageBytes = 2 ** 16;

/** Hands out pieces of one memory, and grows it when none is free. */
export class Arena {
  readonly #memory: GrowableMemory;
  /** Free pieces by ascending address, never two side by side. */
  #free: { at: number; bytes: number }[];
  #buffer: ArrayBuffer;

  /** @param from the first address that is free; what lies before is somebody else's */
  constructor(memory: GrowableMemory, from: number) {
    const start = roundUp(from, lineBytes);
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#free = [{ at: start, bytes: Math.max(0, this.#buffer.byteLength - start) }];
  }

  /** Bytes of the memory, taken or not. */
  get bytes(): number {
    return this.#buffer.byteLength;
  }

  /**
   * Takes the first piece that is large enough. Its bytes are what they were.
   * @throws KernelMemoryError where the memory can't grow
   */
  take(bytes: number): Block {
    const wanted = roundUp(Math.max(1, bytes), lineBytes);
    const piece = this.#free.find((free) => free.bytes >= wanted) ?? this.#grow(wanted);
    const { at } = piece;
    piece.at += wanted;
    piece.bytes -= wanted;
    if (piece.bytes === 0) this.#free.splice(this.#free.indexOf(piece), 1);
    let taken = true;
    const release = (): void => {
      if (taken) this.#put(at, wanted);
      taken = false;
    };
    return { at, bytes: wanted, release };
  }

  /**
   * A typed array over the memory. Growing detaches existing arrays, so ask for the array again after anything that may have
   * taken a block; asking costs a comparison.
   */
  view<T>(Type: View<T>, at: number, length: number): () => T {
    let buffer = this.#buffer;
    let array = new Type(buffer, at, length);
    return () => {
      if (buffer !== this.#buffer) {
        buffer = this.#buffer;
        array = new Type(buffer, at, length);
      }
      return array;
    };
  }

  #grow(wanted: number): { at: number; bytes: number } {
    const end = this.#buffer.byteLength;
    const last = this.#free.at(-1);
    const reachesEnd = last !== undefined && last.at + last.bytes === end;
    const missing = wanted - (reachesEnd ? last.bytes : 0);
    try {
      this.#memory.grow(Math.ceil(missing / pageBytes));
    } catch (error) {
      throw noGrowth(end + missing, error);
    }
    this.#buffer = this.#memory.buffer;
    this.#put(end, this.#buffer.byteLength - end);
    return this.#free.at(-1)!;
  }

  /** Gives bytes back, joining them with free neighbours. */
  #put(at: number, bytes: number): void {
    const index = this.#free.findIndex((free) => free.at > at);
    const next = index < 0 ? this.#free.length : index;
    const after = this.#free[next];
    const before = this.#free[next - 1];
    const joinsBefore = before !== undefined && before.at + before.bytes === at;
    const joinsAfter = after !== undefined && at + bytes === after.at;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#free.splice(next, 1);
    } else if (joinsAfter) {
      after.at = at;
      after.bytes += bytes;
    } else {
      this.#free.splice(next, 0, { at, bytes });
    }
  }
}

function roundUp(value: number, unit: number): number {
  return unit * Math.ceil(value / unit);
}
