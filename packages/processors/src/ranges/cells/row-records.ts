import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** Records of one row of the grid, in the order in which they were added. */
export interface RowOfRecords {
  readonly row: number;
  /** Numbers of the records' first words. */
  readonly from: number;
  readonly end: number;
}

/** Rows of the grid with their records. */
export interface RecordBand {
  readonly words: Int32Array;
  /** The same bytes. */
  readonly doubles: Float64Array;
  readonly rows: readonly RowOfRecords[];
}

/** Looks rows up in ascending order. */
export class RowCursor {
  readonly #bands: Iterator<RecordBand>;
  #band: RecordBand | undefined;
  #next = 0;

  constructor(records: RowRecords) {
    this.#bands = records.bands();
    this.#band = this.#bands.next().value as RecordBand | undefined;
  }

  /** The records of a row, undefined if it has none. */
  at(row: number): { readonly band: RecordBand; readonly row: RowOfRecords } | undefined {
    while (this.#band) {
      const { rows } = this.#band;
      while (this.#next < rows.length && rows[this.#next]!.row < row) this.#next++;
      const found = rows[this.#next];
      if (found) return found.row === row ? { band: this.#band, row: found } : undefined;
      this.#band = this.#bands.next().value as RecordBand | undefined;
      this.#next = 0;
    }
    return undefined;
  }
}

/** A part of the records, sorted by row. */
interface Segment {
  /** For each row the number of its first record, and at last the number of all. */
  readonly starts: Uint32Array;
  /** In memory, or where it begins in the file. */
  readonly at: Int32Array | number;
}

/**
 * Records of a fixed number of words, of which the first is a row of the grid, collected in any order and returned row by row.
 * What does not fit into memory waits in a file, sorted by row.
 */
export class RowRecords {
  /** Words of a record, an even number. */
  readonly size: number;
  readonly #rows: number;
  readonly #file: string;
  readonly #capacity: number;
  #words: Int32Array<ArrayBuffer>;
  /** The same bytes as {@link words}, for records that hold doubles. */
  #doubles: Float64Array<ArrayBuffer>;
  #count = 0;
  readonly #segments: Segment[] = [];
  #handle: number | undefined;
  #written = 0;

  /**
   * @param bytes for the records in memory; three times as much is used while they are sorted and read
   * @param file where the rest waits; the caller removes it
   */
  constructor(size: number, rows: number, bytes: number, file: string) {
    this.size = size;
    this.#rows = rows;
    this.#file = file;
    this.#capacity = Math.max(1024, Math.floor(bytes / 4 / size));
    this.#words = new Int32Array(Math.min(this.#capacity, 4096) * size);
    this.#doubles = new Float64Array(this.#words.buffer);
  }

  get words(): Int32Array {
    return this.#words;
  }

  get doubles(): Float64Array {
    return this.#doubles;
  }

  /** Adds a record; returns the number of its first word, whose followers the caller sets before it adds another. */
  add(row: number, second: number): number {
    if (this.#count * this.size === this.#words.length) this.#makeRoom();
    const at = this.#count++ * this.size;
    this.#words[at] = row;
    this.#words[at + 1] = second;
    return at;
  }

  /** The number of bytes that wait in the file. */
  get writtenBytes(): number {
    return this.#written;
  }

  /** All records, by bands of rows that fit into memory, as often as needed. Nothing can be added any more. */
  *bands(): Generator<RecordBand> {
    if (this.#words.length > 0) this.#segments.push(this.#sorted());
    this.#words = new Int32Array(0);
    const { size } = this;
    const counts = (row: number): number =>
      this.#segments.reduce((sum, { starts }) => sum + starts[row + 1]! - starts[row]!, 0);
    for (let from = 0; from < this.#rows;) {
      let total = 0;
      let to = from;
      for (; to < this.#rows; to++) {
        const more = counts(to);
        if (total > 0 && total + more > this.#capacity) break;
        total += more;
      }
      if (total > 0) yield this.#band(from, to, total * size);
      from = to;
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #band(from: number, to: number, length: number): RecordBand {
    const words = new Int32Array(length);
    const rows: RowOfRecords[] = [];
    const slices = this.#segments.map(({ starts, at }) => {
      const [first, end] = [starts[from]! * this.size, starts[to]! * this.size];
      return {
        starts,
        first,
        data: typeof at === "number" ? this.#read(at, first, end) : at.subarray(first, end),
      };
    });
    let done = 0;
    for (let row = from; row < to; row++) {
      const start = done;
      for (const { starts, first, data } of slices) {
        const part = data.subarray(starts[row]! * this.size - first, starts[row + 1]! * this.size - first);
        words.set(part, done);
        done += part.length;
      }
      if (done > start) rows.push({ row, from: start, end: done });
    }
    return { words, doubles: new Float64Array(words.buffer), rows };
  }

  #read(at: number, first: number, end: number): Int32Array {
    const words = new Int32Array(end - first);
    const bytes = new Uint8Array(words.buffer);
    for (let done = 0; done < bytes.length;) {
      const count = readSync(this.#handle!, bytes, done, bytes.length - done, at + 4 * first + done);
      if (count === 0) throw new Error(`${this.#file} has become shorter`);
      done += count;
    }
    return words;
  }

  #makeRoom(): void {
    const full = this.#capacity * this.size;
    if (this.#words.length < full) {
      const words = new Int32Array(Math.min(full, 2 * this.#words.length));
      words.set(this.#words);
      this.#words = words;
      this.#doubles = new Float64Array(words.buffer);
      return;
    }
    const { starts, at } = this.#sorted();
    this.#handle ??= openSync(this.#file, "w+");
    const bytes = new Uint8Array((at as Int32Array).buffer, 0, 4 * this.#count * this.size);
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#handle, bytes, done, bytes.length - done, this.#written + done);
    this.#segments.push({ starts, at: this.#written });
    this.#written += bytes.length;
    this.#count = 0;
  }

  /** The records in memory, sorted by row; those of a row keep their order. */
  #sorted(): Segment {
    const { size } = this;
    const words = this.#words;
    const end = this.#count * size;
    const starts = new Uint32Array(this.#rows + 1);
    for (let at = 0; at < end; at += size) starts[words[at]! + 1]!++;
    for (let row = 0; row < this.#rows; row++) starts[row + 1]! += starts[row]!;
    const next = starts.slice();
    const sorted = new Int32Array(end);
    for (let at = 0; at < end; at += size) {
      const to = next[words[at]!]!++ * size;
      for (let word = 0; word < size; word++) sorted[to + word] = words[at + word]!;
    }
    return { starts, at: sorted };
  }
}
