import { open, rm, type FileHandle } from "node:fs/promises";
import { QuadratError } from "@quadrat/core";
import { cleanedUp } from "@quadrat/core/base";
import type { Run } from "./run.js";

/** Entries that are read from a run at a time; there may be a thousand runs. */
const blockEntries = 2048;

interface Written {
  readonly from: number;
  readonly entries: number;
}

/** Sorted runs in a file, each in blocks of cells, names and counts. */
export class SpilledRuns {
  readonly #path: string;
  readonly #cellBytes: number;
  readonly #runs: Written[] = [];
  #file: FileHandle | undefined;
  #end = 0;

  constructor(path: string, size: number) {
    this.#path = path;
    this.#cellBytes = size > 2 ** 32 ? 8 : 4;
  }

  get count(): number {
    return this.#runs.length;
  }

  async write(run: Run): Promise<void> {
    this.#file ??= await open(this.#path, "w+");
    const from = this.#end;
    for (let at = 0; at < run.length; at += blockEntries) {
      const end = Math.min(at + blockEntries, run.length);
      const parts = [run.cells, run.names, run.counts].map((values) => bytesOf(values.subarray(at, end)));
      const bytes = Buffer.concat(parts);
      for (let done = 0; done < bytes.length;)
        done += (await this.#file.write(bytes, done, bytes.length - done, this.#end + done)).bytesWritten;
      this.#end += bytes.length;
    }
    this.#runs.push({ from, entries: run.length });
  }

  readers(): RunReader[] {
    return this.#runs.map(({ from, entries }) => new RunReader((at) => this.#block(from, entries, at)));
  }

  async close(): Promise<void> {
    await cleanedUp(
      () => this.#file?.close() ?? Promise.resolve(),
      () => rm(this.#path, { force: true }),
    );
  }

  async #block(from: number, entries: number, at: number): Promise<Block | undefined> {
    const length = Math.min(blockEntries, entries - at);
    if (length <= 0) return undefined;
    const entryBytes = this.#cellBytes + 8;
    const buffer = new ArrayBuffer(length * entryBytes);
    const bytes = new Uint8Array(buffer);
    for (let done = 0; done < bytes.length;) {
      const position = from + at * entryBytes + done;
      const { bytesRead } = await this.#file!.read(bytes, done, bytes.length - done, position);
      if (bytesRead === 0)
        throw new QuadratError("internal", `the scratch file ${this.#path} became shorter`);
      done += bytesRead;
    }
    const cellsEnd = length * this.#cellBytes;
    return {
      length,
      cells: this.#cellBytes === 8 ? new Float64Array(buffer, 0, length) : new Uint32Array(buffer, 0, length),
      names: new Uint32Array(buffer, cellsEnd, length),
      counts: new Uint32Array(buffer, cellsEnd + 4 * length, length),
    };
  }
}

/** Sorted entries. */
export interface Block {
  readonly length: number;
  readonly cells: Float64Array | Uint32Array;
  readonly names: Uint32Array;
  readonly counts: Uint32Array;
}

/** Reads sorted entries block by block. */
export class RunReader {
  readonly #next: (at: number) => Promise<Block | undefined>;
  #read = 0;
  #block: Block | undefined;
  #at = 0;
  cell = Infinity;
  name = 0;
  count = 0;

  constructor(next: (at: number) => Promise<Block | undefined>) {
    this.#next = next;
  }

  static of(run: Run): RunReader {
    return new RunReader((at) => Promise.resolve(at === 0 && run.length > 0 ? run : undefined));
  }

  /** Goes to the next entry, if it is in the block; the cell is infinite after the last one. */
  advance(): boolean {
    const block = this.#block;
    if (!block || this.#at >= block.length) return false;
    const at = this.#at++;
    this.cell = block.cells[at]!;
    this.name = block.names[at]!;
    this.count = block.counts[at]!;
    return true;
  }

  /** Reads the next block, and goes to its first entry. */
  async load(): Promise<void> {
    this.#block = await this.#next(this.#read);
    this.#at = 0;
    this.#read += this.#block?.length ?? 0;
    if (!this.advance()) this.cell = Infinity;
  }
}

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
