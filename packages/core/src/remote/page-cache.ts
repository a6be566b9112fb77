/** Bytes of a page: what is fetched of a file begins and ends at multiples of it, or at the file's end. */
export const pageBytes = 8192;

/**
 * Pages of remote files, of all that a process has open, of which the least recently used are dropped first if they exceed a
 * number of bytes.
 */
export class PageCache {
  // A Map iterates over its entries in the order of insertion, so the first is the least recently used.
  readonly #pages = new Map<string, Uint8Array>();
  #bytes = 0;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(file: number, page: number): Uint8Array | undefined {
    const key = `${file}:${page}`;
    const found = this.#pages.get(key);
    if (!found) return undefined;
    this.#pages.delete(key);
    this.#pages.set(key, found);
    return found;
  }

  /** Keeps a copy. */
  put(file: number, page: number, bytes: Uint8Array): void {
    const key = `${file}:${page}`;
    if (this.#pages.has(key) || bytes.length > this.#limit) return;
    this.#pages.set(key, Uint8Array.from(bytes));
    this.#bytes += bytes.length;
    this.#fit();
  }

  /** Keeps at most so many bytes from now on. */
  limit(bytes: number): void {
    this.#limit = bytes;
    this.#fit();
  }

  /** Drops the pages of a file. */
  forget(file: number): void {
    for (const [key, { length }] of this.#pages) {
      if (!key.startsWith(`${file}:`)) continue;
      this.#pages.delete(key);
      this.#bytes -= length;
    }
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  #fit(): void {
    for (const [key, { length }] of this.#pages) {
      if (this.#bytes <= this.#limit) return;
      this.#pages.delete(key);
      this.#bytes -= length;
    }
  }
}
