import { basename } from "node:path";
import { QuadratError, type DatasetConfig, type StageParts } from "@quadrat/core";
import { quietly } from "@quadrat/core/base";
import type { BandChoice, MethodChoice, NamedFile, TimeConfig } from "@quadrat/core/host";
import { closeInputs, openInput, type OpenFile, type OpenInput } from "../open-input.js";
import { chooseBands } from "./bands.js";
import { columnName } from "./names.js";
import type { OpenColumn } from "./open-column.js";
import { openSeries } from "./open-series.js";
import { filesOf, isSeveral } from "./pattern-files.js";
import { changed, sharedLayers } from "./shared-stack.js";

/** Dates in file names make steps in time without `time:` too. */
const everyStep: TimeConfig = { by: "step", statistic: "mean", complete: false };

/**
 * Opens an entry of the configuration as the columns that it becomes: one, or one for each file of a pattern, each band, each
 * method, each group of steps in time.
 * @param hasBand whether the entry names a band
 * @throws QuadratError; nothing stays open then
 */
export async function openColumns(
  name: string,
  config: DatasetConfig,
  parts: StageParts,
  hasBand: boolean,
): Promise<readonly OpenColumn[]> {
  if (config.kind !== "raster") return [{ input: (await openInput(name, config, parts)) as OpenInput }];
  const several = await isSeveral(config.path);
  const files = several ? await filesOf(config, parts) : undefined;
  const dated = files?.some(({ digits }) => Object.keys(digits).length > 0) ?? false;
  const time = config.time ?? (dated ? everyStep : undefined);
  const opened: OpenColumn[] = [];
  try {
    if (time) {
      opened.push(...(await openSeries({ name, config, time, files, parts })));
    } else {
      for (const file of files ?? [undefined])
        opened.push(...(await openFile(name, config, file, parts, hasBand)));
    }
    return byMethod(name, opened, config);
  } catch (error) {
    await quietly(() => closeInputs(opened.map(({ input }) => input)));
    throw error;
  }
}

/** The columns of one file: itself, or some of its bands. */
async function openFile(
  entry: string,
  config: DatasetConfig,
  file: NamedFile | undefined,
  parts: StageParts,
  hasBand: boolean,
): Promise<OpenColumn[]> {
  const { bands, ...plain } = config;
  const path = file?.path ?? config.path;
  const labels = file ? [labelOf(file)] : [];
  const own = { ...plain, path };
  if (bands !== undefined) return openBands(entry, own, bands, labels, parts);
  const opened = await openInput(columnName(entry, labels), own, parts);
  const input = await asRaster(opened, hasBand);
  if (!file) return [{ input }];
  return [{ input: { ...input, origin: { entry } }, from: basename(path) }];
}

/** What the wildcards and placeholders of a pattern stand for in a file. */
function labelOf({ parts }: NamedFile): string {
  return parts
    .map((part) => part.replaceAll(/[/\\]+/g, "_"))
    .filter((part) => part !== "")
    .join("_");
}

async function openBands(
  entry: string,
  config: DatasetConfig,
  choice: BandChoice,
  labels: readonly string[],
  parts: StageParts,
): Promise<OpenColumn[]> {
  const opened = await openInput(entry, { ...config, bands: choice }, parts);
  const { path } = config;
  if (opened.source.kind !== "stack") {
    await closeInputs([opened]);
    throw new QuadratError(
      "usage",
      `the source "${opened.driver}" of ${basename(path)} opens one band at a time`,
      {
        hint: "make an entry of each band, with `band:`",
        place: { key: "bands", file: path },
      },
    );
  }
  const { stack } = opened.source;
  try {
    const chosen = chooseBands(choice, stack.layers, path);
    const layer = sharedLayers(stack, chosen.length);
    return chosen.map(({ index, label }) => {
      const raster = layer(index);
      const input: OpenInput = {
        ...opened,
        name: columnName(entry, [...labels, label]),
        config: { ...config, band: index + 1 },
        source: { kind: "raster", raster },
        origin: { entry, band: index + 1, variable: config.variable },
      };
      return { input, from: `band ${index + 1} of ${basename(path)}` };
    });
  } catch (error) {
    await quietly(() => stack.close());
    throw error;
  }
}

/** The one raster of an entry that asks for no more. */
async function asRaster(opened: OpenFile, hasBand: boolean): Promise<OpenInput> {
  const { source, config } = opened;
  if (source.kind !== "stack") return { ...opened, source };
  const { stack } = source;
  try {
    const { layers } = stack;
    const file = basename(config.path);
    if (layers.length > 1 && !hasBand) throw tooMany(file, layers.length, layers[0]!.date !== undefined);
    if (config.band > layers.length)
      throw new QuadratError("usage", `band ${config.band} does not exist: ${file} has ${layers.length}`, {
        hint: "bands are counted from 1",
        place: { key: "band" },
      });
    const raster = sharedLayers(stack, 1)(config.band - 1);
    return { ...opened, source: { kind: "raster", raster } };
  } catch (error) {
    await quietly(() => stack.close());
    throw error;
  }
}

function tooMany(file: string, count: number, dated: boolean): QuadratError {
  return new QuadratError(
    "usage",
    `${file} has ${count} ${dated ? "steps in time" : "layers"}, and the dataset one column`,
    {
      hint: dated
        ? "add `time: {by: step}` for a column of each, or `by: month`, `season`, `year`, `all` for a statistic"
        : "add `bands: all` for a column of each, or `band: 1` for one of them",
      place: { key: "path" },
    },
  );
}

/** Columns for each method of a list; as they are without one. */
function byMethod(
  entry: string,
  columns: readonly OpenColumn[],
  config: DatasetConfig,
): readonly OpenColumn[] {
  const { resampleMethods: methods } = config;
  if (!methods) return columns;
  const found: OpenColumn[] = [];
  for (const column of columns) {
    const raster = sharedBy(column.input, methods.length);
    for (const method of methods) found.push(withMethod(entry, column, method, raster));
  }
  return found;
}

function sharedBy({ source }: OpenInput, count: number): () => OpenInput["source"] {
  if (source.kind !== "raster") return () => source;
  const { raster } = source;
  let open = count;
  return () => {
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      if (--open === 0) await raster.close();
    };
    return { ...source, raster: changed(raster, { close }) };
  };
}

function withMethod(
  entry: string,
  { input, from }: OpenColumn,
  { use, options }: MethodChoice,
  source: () => OpenInput["source"],
): OpenColumn {
  const { resampleMethods: _methods, classes, ...config } = input.config;
  const resampleOptions = Object.keys(options).length > 0 ? { resampleOptions: options } : {};
  return {
    input: {
      ...input,
      name: columnName(input.name, [use]),
      config: {
        ...config,
        resample: use,
        ...resampleOptions,
        ...(use === "fractions" && classes && { classes }),
      },
      source: source(),
      origin: { ...input.origin, entry },
    },
    from: from === undefined ? use : `${use} of ${from}`,
  };
}
