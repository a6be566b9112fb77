import {
  guardRaster,
  guardStack,
  importModule,
  inHook,
  quietly,
  type RasterSource,
  type RasterStack,
  type ReopenInThread,
} from "@quadrat/core/base";
import type { OpenSeriesFile, TogetherSteps } from "./series-together.js";

interface OpenFile {
  layer(index: number): RasterSource;
  close(): Promise<unknown>;
}

/** Files that stay open for the next band: a series in one file is opened once, one of thousands of files as it is read. */
const mostOpen = 16;

/** The layers of a series' files, which are opened when they are needed. */
export class SeriesReader {
  readonly steps: TogetherSteps;
  readonly #open: OpenSeriesFile | undefined;
  readonly #files = new Map<number, Promise<OpenFile>>();

  /** @param open how files are opened if they do not say how a thread does it */
  constructor(steps: TogetherSteps, open?: OpenSeriesFile) {
    this.steps = steps;
    this.#open = open;
  }

  /** A layer of a file. */
  readonly layer = async (file: number, index: number): Promise<RasterSource> => {
    const known = this.#files.get(file);
    const opened = known ?? this.#openFile(file);
    // At the end, as the one used last.
    this.#files.delete(file);
    this.#files.set(file, opened);
    if (!known) await this.#closeOldest();
    return (await opened).layer(index);
  };

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await quietly(async () => (await file).close());
  }

  async #closeOldest(): Promise<void> {
    for (const [position, file] of this.#files) {
      if (this.#files.size <= mostOpen) return;
      this.#files.delete(position);
      await quietly(async () => (await file).close());
    }
  }

  async #openFile(position: number): Promise<OpenFile> {
    const { reopen, owner } = this.steps.files[position]!;
    const isStack = (opened: RasterSource | RasterStack): opened is RasterStack => "layers" in opened;
    if (!reopen) {
      const opened = await this.#open!(position);
      return isStack(opened) ? opened : { layer: () => opened, close: () => opened.close() };
    }
    const make = () => openAnew(reopen);
    const opened = owner ? await inHook(owner, reopen.call, make) : await make();
    if (!isStack(opened)) {
      const raster = owner ? guardRaster(opened, owner) : opened;
      return { layer: () => raster, close: () => raster.close() };
    }
    const stack = owner ? guardStack(opened, owner) : opened;
    return { layer: (index) => stack.layer(index), close: () => stack.close() };
  }
}

async function openAnew({ module, call, argument }: ReopenInThread): Promise<RasterSource | RasterStack> {
  const functions = (await importModule(module)) as Record<
    string,
    (argument: unknown) => Promise<RasterSource | RasterStack>
  >;
  return functions[call]!(argument);
}
