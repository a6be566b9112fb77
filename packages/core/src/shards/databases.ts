import { open, rm, type FileHandle } from "node:fs/promises";
import { basename, join } from "node:path";
import { readAll } from "./range-file.js";
import { fromDone, type Done } from "./read-done.js";
import { shardFault } from "./shard-fault.js";
import type { PartPlace } from "./shard-file.js";

/** Copies of the databases in the files of shards, which DuckDB can't open there. */
export class Databases {
  readonly #folder: string;
  readonly #planFolder: string;
  readonly #copies = new Map<string, Promise<string>>();

  /** @param folder where the copies are made; whoever made it removes it */
  constructor(folder: string, planFolder: string) {
    this.#folder = folder;
    this.#planFolder = planFolder;
  }

  /** The tables that were staged as a whole; copied once. */
  ofTables(done: Done): Promise<string> {
    return this.#copy(done, done.directory.database!, "tables");
  }

  /** What queries have given in the cells of the shard. */
  ofQueries(done: Done): Promise<string> {
    return this.#copy(done, done.directory.queryDatabase!, "queries");
  }

  /** Removes the copy: there may be one for each of thousands of shards. */
  async dropQueries(done: Done): Promise<void> {
    const path = this.#pathOf(done, "queries");
    this.#copies.delete(path);
    await rm(path, { force: true });
  }

  #pathOf({ file }: Done, what: string): string {
    return join(this.#folder, `${basename(file)}.${what}.duckdb`);
  }

  #copy(done: Done, place: PartPlace, what: string): Promise<string> {
    const path = this.#pathOf(done, what);
    const copy = async (): Promise<string> => {
      try {
        await rm(path, { force: true });
        await extract(done, place, path);
      } catch (error) {
        throw shardFault(error, this.#planFolder, "collect again") ?? error;
      }
      return path;
    };
    const copied = this.#copies.get(path) ?? copy();
    this.#copies.set(path, copied);
    return copied;
  }
}

async function extract(done: Done, place: PartPlace, to: string): Promise<void> {
  const target = await open(to, "wx");
  try {
    for await (const piece of fromDone(done, (file) => readPieces(file, place))) {
      for (let from = 0; from < piece.length;) from += (await target.write(piece, from)).bytesWritten;
    }
  } finally {
    await target.close();
  }
}

/** Each is valid until the next is requested. */
async function* readPieces(file: FileHandle, { at, end }: PartPlace): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(2 ** 20);
  for (let position = at; position < end; position += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, end - position));
    await readAll(file, part, position);
    yield part;
  }
}
