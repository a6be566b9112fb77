import { readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { QuadratError } from "../errors.js";
import { SlotTable } from "./slot-table.js";

/*
 * Decoded blocks of a raster in a scratch file. A raster may be so wide that a row of its blocks does not fit into memory
 * while a range of cells has only a few rows: each block would then be decoded for every range that needs some of its rows.
 * Instead it is decoded once, by the first thread that needs it, and all ranges read their rows of it from the file.
 */

/** What threads need in order to share the scratch file of a raster; structured-cloneable. */
export interface ScratchShare {
  /** An open file of this process. */
  readonly fd: number;
  /** Where it is, for messages. */
  readonly path: string;
  /** The state of a {@link SlotTable}. */
  readonly state: SharedArrayBuffer;
  /** Bytes between the beginnings of two slots. */
  readonly slotBytes: number;
  /** A block that none of this many bands has used makes room for others. */
  readonly patience: number;
}

/** The types of samples, by their number in the table. */
const types = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const;

/** The samples of a block, row by row. */
export type BlockSamples = InstanceType<(typeof types)[number]> & { readonly buffer: ArrayBuffer };

/** A block in the file. */
export interface KeptBlock {
  readonly block: number;
  readonly slot: number;
  readonly Samples: (typeof types)[number];
}

/** The blocks of one reader: the pixels of a raster, or what masks them. All methods return at once, except `settled`. */
export class BlockScratch {
  readonly #share: ScratchShare;
  readonly #table: SlotTable;
  readonly #turn: number;
  readonly #first: number;

  /**
   * @param turn the number of the band that is being made; numbers ascend, apart from those of bands made at the same time
   * @param first the number in the table of the reader's first block
   */
  constructor(share: ScratchShare, turn: number, first = 0) {
    this.#share = share;
    this.#table = new SlotTable(share.state);
    this.#turn = turn;
    this.#first = first;
  }

  /** The same file for the blocks of another reader, which follow after `count` of this one. */
  after(count: number): BlockScratch {
    return new BlockScratch(this.#share, this.#turn, this.#first + count);
  }

  /** Where a block is; undefined if it is not in the file. */
  find(block: number): KeptBlock | undefined {
    const slot = this.#table.find(this.#first + block, this.#turn);
    return slot === undefined ? undefined : { block, slot, Samples: types[this.#table.kindOf(slot)]! };
  }

  /** Whether a block is neither in the file nor being decoded. */
  isMissing(block: number): boolean {
    return this.#table.isMissing(this.#first + block);
  }

  /**
   * True if the block was missing: it is now this thread's to decode, without waiting for anything in between, and to `put`
   * or `release`.
   */
  claim(block: number): boolean {
    return this.#table.claim(this.#first + block);
  }

  /** Gives up a claim. */
  release(block: number): void {
    this.#table.release(this.#first + block);
  }

  /** Waits until no other thread is decoding the block. */
  settled(block: number): void {
    this.#table.settled(this.#first + block);
  }

  /**
   * Writes a claimed block to the file.
   * @throws QuadratError of kind "output" if that is refused
   */
  put(block: number, samples: BlockSamples): void {
    const kind = types.findIndex((Type) => samples instanceof Type);
    const { slotBytes, patience } = this.#share;
    if (kind < 0 || samples.byteLength > slotBytes) return this.release(block);
    const slot = this.#table.take(this.#turn, patience);
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    try {
      this.#write(bytes, slot * slotBytes);
    } catch (cause) {
      this.#table.giveBack(slot);
      this.release(block);
      throw refused(this.#share.path, cause as NodeJS.ErrnoException);
    }
    this.#table.publish(this.#first + block, slot, kind);
  }

  /** Reads samples of a block, from this one on; false if the block has made room for another in the meantime. */
  read({ block, slot }: KeptBlock, from: number, into: BlockSamples): boolean {
    const { fd, slotBytes } = this.#share;
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const start = slot * slotBytes + from * into.BYTES_PER_ELEMENT;
    for (let done = 0; done < bytes.length;) {
      const count = readSync(fd, bytes, done, bytes.length - done, start + done);
      if (count === 0) return false;
      done += count;
    }
    return this.#table.find(this.#first + block, this.#turn) === slot;
  }

  #write(bytes: Uint8Array, start: number): void {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#share.fd, bytes, done, bytes.length - done, start + done);
    }
  }
}

function refused(path: string, cause: NodeJS.ErrnoException): QuadratError {
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EFBIG: "the file would be larger than is allowed",
  };
  const reason = reasons[cause.code ?? ""] ?? cause.message;
  return new QuadratError("output", `${reason}: can't keep decoded blocks of a wide raster in ${path}`, {
    cause,
    hint: `free some space in ${dirname(path)}, choose another place with --store, or raise memory.limit; what was staged is kept`,
    place: { file: path },
  });
}
