import { once } from "../once.js";
import { remoteFault } from "./errors.js";
import { pageBytes, type PageCache } from "./page-cache.js";
import type { RangeReader, RemoteState } from "./ranges.js";
import type { Turns } from "./turns.js";

/** Bytes of the first request, in which the directories of most files lie. */
const headBytes = 4 * pageBytes;

/** Missing pages nearer to each other than this are fetched at once, up to so many bytes. */
const mostGap = 2;
const mostRunBytes = 2 ** 20;

/** A request under way. */
interface Flight {
  /** The first byte. */
  readonly start: number;
  readonly bytes: Promise<Uint8Array>;
  readonly controller: AbortController;
  waiting: number;
}

/** A run of pages, of which at least the first and the last are missing. */
type Run = readonly [first: number, last: number];

let files = 0;

/**
 * A file at an address, as all its readers in this process share it: what one has fetched, or is fetching, the others take
 * from there.
 */
export class SharedFile {
  readonly #id = ++files;
  readonly #ranges: RangeReader;
  readonly #cache: PageCache;
  readonly #turns: Turns;
  /** By page. */
  readonly #flights = new Map<number, Flight>();

  constructor(ranges: RangeReader, cache: PageCache, turns: Turns) {
    this.#ranges = ranges;
    this.#cache = cache;
    this.#turns = turns;
  }

  get address(): string {
    return this.#ranges.address;
  }

  get state(): RemoteState {
    return this.#ranges.state;
  }

  /** Finds out what the server has, with the first bytes of it. @throws QuadratError; the reason of an abort */
  async open(signal: AbortSignal): Promise<void> {
    await this.#await(this.#fly([0, headBytes / pageBytes - 1], headBytes), signal);
  }

  /**
   * The bytes `[offset, offset + length)`, put into the start of a buffer.
   * @throws QuadratError; the reason of an abort
   */
  async readInto(
    buffer: Uint8Array,
    offset: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { bytes: size } = this.state;
    if (!(offset >= 0 && length >= 0 && offset + length <= size))
      throw remoteFault(
        this.address,
        `${length} bytes at offset ${offset} are outside the file of ${size} bytes`,
      );
    const into = buffer.subarray(0, length);
    if (length === 0) return into;
    const put = (start: number, bytes: Uint8Array): void => {
      const from = Math.max(0, offset - start);
      const part = bytes.subarray(from, Math.max(from, Math.min(bytes.length, offset + length - start)));
      into.set(part, Math.max(0, start - offset));
    };
    const flights = new Set<Flight>();
    const missing: number[] = [];
    const last = Math.floor((offset + length - 1) / pageBytes);
    for (let page = Math.floor(offset / pageBytes); page <= last; page++) {
      const kept = this.#cache.get(this.#id, page);
      const flight = kept ? undefined : this.#flights.get(page);
      if (kept) put(page * pageBytes, kept);
      else if (flight) flights.add(flight);
      else missing.push(page);
    }
    for (const run of runsOf(missing)) flights.add(this.#fly(run, size));
    await Promise.all(
      Array.from(flights, async (flight) => put(flight.start, await this.#await(flight, signal))),
    );
    return into;
  }

  /** Gives up what is under way, and forgets what was fetched. */
  close(): void {
    for (const { controller } of this.#flights.values()) controller.abort(closed());
    this.#cache.forget(this.#id);
  }

  /** Fetches pages, which other readers wait for from now on. */
  #fly([first, last]: Run, size: number): Flight {
    const start = first * pageBytes;
    const controller = new AbortController();
    const { signal } = controller;
    const fetch = async (): Promise<Uint8Array> => {
      try {
        const end = Math.min(size, (last + 1) * pageBytes);
        const bytes = await this.#turns.take(signal, () => this.#ranges.read(start, end, signal));
        for (let at = 0; at < bytes.length; at += pageBytes)
          this.#cache.put(this.#id, (start + at) / pageBytes, bytes.subarray(at, at + pageBytes));
        return bytes;
      } finally {
        this.#land(flight);
      }
    };
    const begun = once(fetch);
    const flight: Flight = {
      start,
      // Not before the flight is known, in whose place another may be put.
      bytes: Promise.resolve().then(begun),
      controller,
      waiting: 0,
    };
    flight.bytes.catch(() => undefined);
    for (let page = first; page <= last; page++)
      if (!this.#flights.has(page)) this.#flights.set(page, flight);
    return flight;
  }

  /** What a flight brings, unless the wait for it is aborted; when nobody waits any more it is given up. */
  async #await(flight: Flight, signal: AbortSignal): Promise<Uint8Array> {
    flight.waiting++;
    let stop: (() => void) | undefined;
    try {
      signal.throwIfAborted();
      const stopped = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason as Error);
        signal.addEventListener("abort", stop, { once: true });
      });
      return await Promise.race([flight.bytes, stopped]);
    } finally {
      if (stop) signal.removeEventListener("abort", stop);
      if (--flight.waiting === 0) {
        this.#land(flight);
        flight.controller.abort(closed());
      }
    }
  }

  #land(flight: Flight): void {
    for (const [page, one] of this.#flights) if (one === flight) this.#flights.delete(page);
  }
}

function closed(): Error {
  return new Error("nobody waits for it any more");
}

/** Consecutive pages as runs, with the small gaps between them. */
function runsOf(pages: readonly number[]): Run[] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const run = runs.at(-1);
    const isNear = run && page - run[1] <= mostGap + 1 && (page + 1 - run[0]) * pageBytes <= mostRunBytes;
    if (isNear) run[1] = page;
    else runs.push([page, page]);
  }
  return runs;
}
