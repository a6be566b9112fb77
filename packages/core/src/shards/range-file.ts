import { open, type FileHandle } from "node:fs/promises";
import { QuadratError } from "../errors.js";
import { rowGroupRows, type CellRange } from "../grid/cell-range.js";
import type { DataType } from "../raster/raster.js";
import { copyBits, setBits } from "../store/bits.js";
import type { Values } from "../store/arrow-bridge.js";
import { columnTypes } from "../store/types.js";

/*
 * The values of consecutive cells as blocks, all of the same number of cells but the last. A block is a header and, unless all
 * its cells are NULL, their values in Arrow's layout and, if some are NULL, the validity bits. Blocks depend on nothing but the
 * values, so that whoever computes them again writes the same bytes.
 */

/** Cells of a block. */
export const blockCells = rowGroupRows;

/** The numbers of cells and of NULLs. */
const headerBytes = 8;

/** Cells of a dataset, valid until the next are requested. */
export interface CellBlock {
  readonly values: Values;
  /** A bit for each cell, set where there is a value; undefined if there are no NULLs. */
  readonly validity: Uint8Array<ArrayBuffer> | undefined;
  readonly nulls: number;
}

/** A summary of some cells; minimum and maximum are null if none has a value. */
export interface RangeFacts {
  readonly values: number;
  readonly min: number | null;
  readonly max: number | null;
}

export const noValues: RangeFacts = { values: 0, min: null, max: null };

export function joinFacts(a: RangeFacts, b: RangeFacts): RangeFacts {
  if (a.min === null || a.max === null) return b;
  if (b.min === null || b.max === null) return a;
  return { values: a.values + b.values, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

type ArrayType = new (buffer: ArrayBuffer, byteOffset: number, length: number) => Values;

const arrays: Readonly<Record<DataType, ArrayType>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

interface Header {
  readonly cells: number;
  readonly nulls: number;
}

function bodyBytes({ cells, nulls }: Header, width: number): number {
  if (nulls === cells) return 0;
  return cells * width + (nulls === 0 ? 0 : validityBytes(cells));
}

/** Rounded up to whole 64 bits, so that what follows stays aligned. */
function validityBytes(cells: number): number {
  return 8 * Math.ceil(cells / 64);
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  return {
    cells: view.getUint32(0, true),
    nulls: view.getUint32(4, true),
  };
}

/** Writes the blocks of a dataset, continuing after those that an interrupted process has left. */
export class RangeWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #type: DataType;
  readonly #width: number;
  readonly #cells: number;
  readonly #block: Uint8Array<ArrayBuffer>;
  readonly #validity = new Uint8Array(validityBytes(blockCells));
  #filled = 0;
  #set = 0;
  #done = 0;
  #bytes = 0;
  #facts = noValues;

  private constructor(path: string, file: FileHandle, type: DataType, cells: number) {
    this.path = path;
    this.#file = file;
    this.#type = type;
    this.#width = columnTypes[type].bytes;
    this.#cells = cells;
    this.#block = new Uint8Array(blockCells * this.#width);
  }

  static async open(path: string, type: DataType, { first, end }: CellRange): Promise<RangeWriter> {
    const file = await open(path, "a+");
    try {
      const writer = new RangeWriter(path, file, type, end - first);
      await writer.#resume();
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Cells from the first on that are in the file. */
  get done(): number {
    return this.#done;
  }

  /** Finds the whole blocks and summarises them, and removes what follows them. */
  async #resume(): Promise<void> {
    const { size } = await this.#file.stat();
    const head = new Uint8Array(headerBytes);
    while (this.#done < this.#cells && this.#bytes + headerBytes <= size) {
      await this.#file.read(head, 0, headerBytes, this.#bytes);
      const header = readHeader(head);
      const { cells } = header;
      if (cells !== Math.min(blockCells, this.#cells - this.#done)) break;
      const end = this.#bytes + headerBytes + bodyBytes(header, this.#width);
      if (end > size) break;
      this.#bytes = end;
      this.#done += cells;
    }
    await this.#file.truncate(this.#bytes);
    for await (const block of readBlocks(this.#file, this.#type, { at: 0, end: this.#bytes }))
      this.#facts = joinFacts(this.#facts, summaryOf(block));
  }

  /** Appends the cells of a column, whose minimum and maximum are known, from one on. */
  async append(
    { values, validity, nulls, min, max }: RangeColumn,
    from = 0,
    count = values.length - from,
  ): Promise<void> {
    // Cells before `from` are in the file, and so in the summary already.
    if (nulls < values.length) this.#facts = joinFacts(this.#facts, { values: 0, min, max });
    const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
    const width = this.#width;
    if (values.BYTES_PER_ELEMENT !== width)
      throw new QuadratError("internal", `values of ${values.BYTES_PER_ELEMENT} bytes for ${this.#type}`);
    for (let at = from, end = from + count; at < end;) {
      const taken = Math.min(end - at, blockCells - this.#filled);
      this.#block.set(bytes.subarray(at * width, (at + taken) * width), this.#filled * width);
      if (validity) this.#set += copyBits(validity, at, this.#validity, this.#filled, taken);
      else {
        setBits(this.#validity, this.#filled, taken);
        this.#set += taken;
      }
      this.#filled += taken;
      at += taken;
      if (this.#filled === blockCells) await this.#flush();
    }
  }

  /** Appends cells without a value. */
  async appendNulls(count: number): Promise<void> {
    const width = this.#width;
    for (let at = 0; at < count;) {
      const taken = Math.min(count - at, blockCells - this.#filled);
      this.#block.fill(0, this.#filled * width, (this.#filled + taken) * width);
      this.#filled += taken;
      at += taken;
      if (this.#filled === blockCells) await this.#flush();
    }
  }

  /** @returns the summary of all cells, those of the interrupted process included */
  async finish(): Promise<RangeFacts> {
    if (this.#filled > 0) await this.#flush();
    if (this.#done !== this.#cells)
      throw new QuadratError("internal", `${this.path} has ${this.#done} cells instead of ${this.#cells}`);
    return this.#facts;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #flush(): Promise<void> {
    const cells = this.#filled;
    const nulls = cells - this.#set;
    const head = new DataView(new ArrayBuffer(headerBytes));
    head.setUint32(0, cells, true);
    head.setUint32(4, nulls, true);
    const parts = [new Uint8Array(head.buffer)];
    if (nulls < cells) parts.push(this.#block.subarray(0, cells * this.#width));
    if (nulls > 0 && nulls < cells) parts.push(this.#validity.subarray(0, validityBytes(cells)));
    await writeAll(this.#file, parts);
    this.#bytes += headerBytes + bodyBytes({ cells, nulls }, this.#width);
    this.#facts = { ...this.#facts, values: this.#facts.values + this.#set };
    this.#done += cells;
    this.#filled = this.#set = 0;
    this.#validity.fill(0);
  }
}

/** A column with a summary of its values, of which there are none if all are NULL. */
export interface RangeColumn extends CellBlock {
  readonly min: number;
  readonly max: number;
}

function summaryOf({ values, validity, nulls }: CellBlock): RangeFacts {
  if (nulls === values.length) return noValues;
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (validity && (validity[i >> 3]! & (1 << (i & 7))) === 0) continue;
    const value = Number(values[i]!);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Zeros of both signs are equal, whichever comes first.
  return { values: values.length - nulls, min: min + 0, max: max + 0 };
}

async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  for (const part of parts) {
    for (let at = 0; at < part.byteLength;) at += (await file.write(part, at)).bytesWritten;
  }
}

/**
 * Reads blocks between two positions of a file.
 * @param skip cells to pass over
 */
export async function* readBlocks(
  file: FileHandle,
  type: DataType,
  { at, end }: { readonly at: number; readonly end: number },
  skip = 0,
): AsyncGenerator<CellBlock> {
  const { bytes: width } = columnTypes[type];
  const head = new Uint8Array(headerBytes);
  const body = new Uint8Array(bodyBytes({ cells: blockCells, nulls: 1 }, width));
  for (let [position, left] = [at, skip]; position < end;) {
    await readAll(file, head, position);
    const { cells, nulls } = readHeader(head);
    const bytes = bodyBytes({ cells, nulls }, width);
    if (cells === 0 || cells > blockCells || position + headerBytes + bytes > end)
      throw new QuadratError("input", "a block of cells has an impossible length");
    if (left >= cells) left -= cells;
    else {
      if (nulls === cells) body.fill(0);
      else await readAll(file, body.subarray(0, bytes), position + headerBytes);
      const values = new arrays[type](body.buffer, 0, cells);
      const bits =
        nulls === 0 ? undefined : body.subarray(cells * width, cells * width + validityBytes(cells));
      yield left === 0 ? { values, validity: bits, nulls } : partOf({ values, validity: bits, nulls }, left);
      left = 0;
    }
    position += headerBytes + bytes;
  }
}

/** A block without its first cells. */
function partOf({ values, validity }: CellBlock, from: number): CellBlock {
  const rest = values.subarray(from);
  if (!validity) return { values: rest, validity, nulls: 0 };
  const bits = new Uint8Array(validityBytes(rest.length));
  const set = copyBits(validity, from, bits, 0, rest.length);
  return { values: rest, validity: bits, nulls: rest.length - set };
}

/** @throws QuadratError of kind "input" at the end of the file */
export async function readAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesRead } = await file.read(bytes, at, bytes.byteLength - at, position + at);
    if (bytesRead === 0) throw new QuadratError("input", "the file ends too early");
    at += bytesRead;
  }
}
