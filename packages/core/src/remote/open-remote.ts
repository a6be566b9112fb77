import { isAbort, isQuadratError, QuadratError } from "../errors.js";
import type { RandomAccessFile } from "../files/random-access.js";
import { PageCache } from "./page-cache.js";
import { RangeReader, defaultPatience, type Patience, type RemoteState } from "./ranges.js";
import { mostRequests } from "./request.js";
import { remoteScope } from "./scope.js";
import { SharedFile } from "./shared-file.js";
import { Turns } from "./turns.js";

/** Buffers of one who reads at an address: an answer takes longer than its bytes, so that several have to be under way. */
export const buffersAtOnce = 5;

/** Bytes kept by a program that says nothing about it. */
const defaultKeptBytes = 16 * 2 ** 20;

interface Entry {
  readonly file: SharedFile;
  readonly opened: Promise<void>;
  users: number;
}

/**
 * All files at addresses that are open in this process, each once: what it is was settled by the first answer, and what was
 * fetched of it serves every reader.
 */
export class RemoteFiles {
  readonly #entries = new Map<string, Entry>();
  readonly #turns = new Turns(mostRequests);
  readonly #cache = new PageCache(defaultKeptBytes);
  readonly #patience: Patience;

  constructor(patience: Patience = defaultPatience) {
    this.#patience = patience;
  }

  /** Bytes of what was fetched that are kept now. */
  get keptBytes(): number {
    return this.#cache.bytes;
  }

  /**
   * Opens the file at an address.
   * @param signal ends the waiting for the server, in all reads
   * @throws QuadratError of kind "input" if there is none, or the server has no ranges; of kind "interrupted" after an abort
   */
  async open(address: string, signal: AbortSignal = new AbortController().signal): Promise<RandomAccessFile> {
    let entry = this.#entries.get(address);
    if (!entry) {
      const file = new SharedFile(new RangeReader(address, this.#patience), this.#cache, this.#turns);
      // Other readers of it may have more patience.
      const opened = file.open(new AbortController().signal);
      opened.catch(() => undefined);
      entry = { file, opened, users: 0 };
      this.#entries.set(address, entry);
    }
    const { file, opened } = entry;
    entry.users++;
    let isOpen = true;
    const close = (): Promise<void> => {
      if (isOpen && --entry.users === 0) {
        if (this.#entries.get(address) === entry) this.#entries.delete(address);
        file.close();
      }
      isOpen = false;
      return Promise.resolve();
    };
    try {
      await unlessAborted(opened, signal);
    } catch (error) {
      // The next one tries again.
      if (this.#entries.get(address) === entry) this.#entries.delete(address);
      await close();
      throw inWords(error, signal);
    }
    const readInto = async (buffer: Uint8Array, offset: number, length: number): Promise<Uint8Array> => {
      if (!isOpen) throw new Error("the file is closed");
      return file.readInto(buffer, offset, length, signal).catch((error: unknown) => {
        throw inWords(error, signal);
      });
    };
    return {
      path: address,
      size: file.state.bytes,
      atOnce: buffersAtOnce,
      read: (offset, length) => readInto(Buffer.allocUnsafeSlow(length), offset, length),
      readInto,
      close,
    };
  }

  /**
   * What the server now has at an address, whatever is open.
   * @throws QuadratError as {@link open} does
   */
  async look(address: string, signal: AbortSignal = new AbortController().signal): Promise<RemoteState> {
    const ranges = new RangeReader(address, this.#patience);
    await this.#turns
      .take(signal, () => ranges.read(0, 1, signal))
      .catch((error: unknown) => {
        throw inWords(error, signal);
      });
    return ranges.state;
  }

  /** Keeps at most so many bytes of what was fetched from now on. */
  limit(bytes: number): void {
    this.#cache.limit(bytes);
  }

  /** Drops what was fetched and is kept. */
  dropKept(): void {
    this.#cache.clear();
  }
}

/** Those of this process. */
export const remoteFiles = new RemoteFiles();

/** Opens the file at an address in the main thread, for the work under way. */
export function openHere(address: string): Promise<RandomAccessFile> {
  return remoteFiles.open(address, remoteScope()?.signal);
}

/** What the server now has at an address, for the work under way. */
export function lookAtAddress(address: string): Promise<RemoteState> {
  return remoteFiles.look(address, remoteScope()?.signal);
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** An abort whose reason has no words for users. */
function inWords(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || isQuadratError(error) || isAbort(error)) return error;
  return new QuadratError("interrupted", "the reading of an address was stopped", { cause: error });
}
