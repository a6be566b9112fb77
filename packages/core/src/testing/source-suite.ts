import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetConfig } from "../config/types.js";
import type { SourceDefinition } from "../plugin/definitions.js";
import { parseOptions } from "../plugin/options.js";
import type { Grid } from "../grid/grid.js";
import type { RasterSource } from "../raster/raster.js";
import type { CellSource, RasterStack } from "../plugin/source.js";
import { cellChecks } from "./cell-checks.js";
import { rasterChecks } from "./raster-checks.js";
import { soundDefinition, demand, rejection, type Check } from "./check.js";
import { inTestFolder, isOpen } from "./folder.js";

export interface SourceSuiteOptions {
  /** Absolute path of an input of some 100 to a million pixels or records. */
  readonly path: string;
  /** The dataset's `options:`; default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Keys of the dataset's entry; default those of a plain one. */
  readonly dataset?: Partial<DatasetConfig>;
  /** `cells` only: the grid onto which the source puts its values; default 1 degree over the globe. */
  readonly grid?: Grid;
}

/** The conformance suite of sources, run on an input provided by the author. */
export function sourceSuite<Options>(
  definition: SourceDefinition<Options>,
  settings: SourceSuiteOptions,
): Check[] {
  const { path } = settings;
  const usual: Omit<DatasetConfig, "measure"> = {
    path,
    kind: definition.kind === "raster" ? "raster" : "occurrences",
    type: "continuous",
    band: 1,
    scaled: true,
    overviews: "none",
    strict: false,
    x: "decimalLongitude",
    y: "decimalLatitude",
  };
  const measure = definition.kind === "cells" ? ({ measure: "records" } as const) : {};
  const dataset: DatasetConfig = { ...usual, ...measure, ...settings.dataset };
  const open = async (file = path): Promise<RasterSource | RasterStack | CellSource> => {
    const options = parseOptions(
      definition.options,
      settings.options ?? {},
      `source "${definition.name}"`,
      {},
    );
    return definition.open({ name: "dataset", path: file, dataset: { ...dataset, path: file } }, options);
  };
  const common: Check[] = [
    soundDefinition({ sources: [definition] }),
    {
      name: "refuses a missing file, and a file of another format",
      run: () =>
        inTestFolder(async (folder) => {
          const [extension = ""] = definition.extensions;
          await rejection(
            () => open(join(folder, `missing${extension}`)),
            "open must reject if the file does not exist",
          );
          const other = join(folder, `other${extension}`);
          await writeFile(other, "This is neither a raster nor a table.\n\u0000\u0001\u0002");
          const error = await rejection(async () => {
            const source = await open(other);
            await source.close();
          }, "open must reject if the file has another format");
          demand(
            error instanceof Error,
            () => `open must reject with an error; it rejected with ${String(error)}`,
          );
          demand((await isOpen(other)) !== true, () => "a refused file must be closed; it is open");
        }),
    },
  ];
  return definition.kind === "raster"
    ? [...common, ...rasterChecks(async () => firstLayer((await open()) as RasterSource | RasterStack), path)]
    : [...common, ...cellChecks(() => open() as Promise<CellSource>, settings)];
}

/** The first layer of a stack, which closes the stack. */
function firstLayer(opened: RasterSource | RasterStack): RasterSource {
  if (!("layers" in opened)) return opened;
  const { reopen } = opened;
  return { ...opened.layer(0), ...(reopen && { reopen }), close: () => opened.close() };
}
