import type { RasterArray, RasterSource, ReadHints, Window } from "@quadrat/core/base";
import { changed } from "../inputs/columns/shared-stack.js";

interface Asking {
  readonly window: Window;
  readonly hints: ReadHints;
  readonly resolve: (array: RasterArray) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A raster for several readers that go over it at the same time. All of them wait until each has asked for a window or has ended;
 * then the one that is furthest behind gets its window, and so do all others that have asked for the same one. Readers of unequal
 * windows stay so close to each other that they find their blocks in the raster's cache.
 */
export class SharedWindows {
  /** The raster as each reader sees it. */
  readonly sources: readonly RasterSource[];
  readonly #raster: RasterSource;
  readonly #asking = new Map<number, Asking>();
  readonly #reading = new Set<number>();
  readonly #pixels: Float64Array;

  constructor(raster: RasterSource, readers: number) {
    this.#raster = raster;
    this.#pixels = new Float64Array(readers);
    this.sources = Array.from({ length: readers }, (_, reader) =>
      changed(raster, {
        read: (window, hints = {}) => this.#ask(reader, window, hints),
        readMeans: undefined,
      }),
    );
  }

  /** Lets each reader do its work. All work has ended when it settles. */
  async run<T>(work: (reader: number) => Promise<T>): Promise<T[]> {
    this.#pixels.fill(0);
    const readers = [...this.sources.keys()];
    for (const reader of readers) this.#reading.add(reader);
    const results = await Promise.allSettled(
      readers.map(async (reader) => {
        try {
          return await work(reader);
        } finally {
          this.#reading.delete(reader);
          this.#proceed();
        }
      }),
    );
    return results.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  }

  #ask(reader: number, window: Window, hints: ReadHints): Promise<RasterArray> {
    if (!this.#reading.has(reader)) return this.#raster.read(window, hints);
    return new Promise((resolve, reject) => {
      this.#asking.set(reader, { window, hints, resolve, reject });
      this.#proceed();
    });
  }

  #proceed(): void {
    if (this.#asking.size === 0 || this.#asking.size < this.#reading.size) return;
    const behind = [...this.#asking.keys()].reduce((least, reader) =>
      this.#pixels[reader]! < this.#pixels[least]! ? reader : least,
    );
    const { window } = this.#asking.get(behind)!;
    const alike = [...this.#asking].filter(([, asking]) => isSame(asking.window, window));
    const alone = alike.length === this.#reading.size;
    for (const [reader] of alike) {
      this.#asking.delete(reader);
      this.#pixels[reader]! += window.width * window.height;
    }
    void this.#serve(
      alike.map(([, asking]) => asking),
      window,
      alone,
    );
  }

  async #serve(askers: readonly Asking[], window: Window, alone: boolean): Promise<void> {
    try {
      const [first, ...others] = askers as readonly [Asking, ...Asking[]];
      const keep = alone ? widest(askers.map(({ hints }) => hints.keep)) : "all";
      const array = await this.#raster.read(window, { buffer: first.hints.buffer, keep });
      // Not later: the first may use its own at once for something else.
      const copies = others.map(({ hints }) => copyOf(array, hints.buffer));
      first.resolve(array);
      for (const [k, { resolve }] of others.entries()) resolve(copies[k]!);
    } catch (error) {
      for (const { reject } of askers) reject(error);
    }
  }
}

function isSame(one: Window, other: Window): boolean {
  return (
    one.row === other.row && one.col === other.col && one.height === other.height && one.width === other.width
  );
}

function widest(kept: readonly ReadHints["keep"][]): ReadHints["keep"] {
  if (kept.every((keep) => keep === "none")) return "none";
  return kept.every((keep) => keep === "none" || keep === "partial") ? "partial" : "all";
}

function copyOf({ window, data }: RasterArray, buffer: ArrayBuffer | undefined): RasterArray {
  const Values = data instanceof Float32Array ? Float32Array : Float64Array;
  const fits = buffer !== undefined && buffer.byteLength >= data.byteLength;
  const copy = fits ? new Values(buffer, 0, data.length) : new Values(data.length);
  copy.set(data);
  return { window, data: copy };
}
