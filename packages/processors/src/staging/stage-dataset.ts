import {
  isQuadratError,
  locate,
  required,
  type DatasetEntry,
  type OpenDataset,
  type StageContext,
  type StagedDataset,
} from "@quadrat/core";
import { once } from "@quadrat/core/base";
import type { InputFile } from "@quadrat/core/host";
import { filesOf, hasher, hashesOf, knownElsewhere } from "./dataset-files.js";
import { entryOf } from "./entry.js";
import { changeOf, contentOf, contentOfQuery, hashInputs, unchangedInputs } from "./inputs.js";
import { licenseOf } from "./license.js";
import { stageCells } from "./stage-cells.js";
import { stageElsewhere } from "./stage-elsewhere.js";
import { stageFractions } from "./stage-fractions.js";
import type { SharedColumn } from "./shared-reading.js";
import { stageRaster } from "./stage-raster.js";

export interface StagingOptions {
  /** The reading that it shares with others. */
  readonly shared?: SharedColumn | undefined;
  /** Whether the values of a cell source may be in a dense table, which shards do not exchange. */
  readonly mayFill?: boolean;
}

/**
 * Puts a dataset on the grid and into the store, unless an earlier run has.
 */
export async function stageDataset(
  dataset: OpenDataset,
  position: number,
  lanes: readonly number[],
  reads: readonly StagedDataset[],
  context: StageContext,
  { shared, mayFill = false }: StagingOptions = {},
): Promise<StagedDataset> {
  const grid = required(context, "grid");
  const catalogue = required(context, "catalogue");
  const files = await filesOf(dataset);
  const entry = await entryOf(dataset, files.before, position, reads, context);
  const { progress, signal } = context;
  signal.throwIfAborted();
  try {
    const before = await stagedBefore(entry, files.before, context);
    if (before) {
      progress.log("info", `${dataset.name}: staged before, reused`);
      return before;
    }
    progress.start(dataset.name, grid.size, "cells");
    const { source, config } = dataset;
    const hash = once(() => {
      const hashing = hashInputs(knownElsewhere(files.before, context), hasher(context), hashesOf(context));
      hashing.catch(() => undefined);
      return hashing;
    });
    const staging =
      stageElsewhere(dataset, entry, context) ??
      (source.kind === "raster"
        ? (entry.lists ? stageFractions : stageRaster)(dataset, entry, lanes, hash, context, shared)
        : stageCells(dataset, entry, hash, context, mayFill));
    const changed = () => changeOf(files, hasher(context));
    const facts = await staging.catch(async (error: unknown) => {
      // What was taken from the file of a shard before it was found to be another must not be kept.
      if (context.elsewhere && isQuadratError(error) && error.kind === "input")
        await catalogue.forget(entry.name);
      // A mixture of two versions of a file reads like a damaged one.
      throw (signal.aborted ? undefined : await changed().catch(() => undefined)) ?? error;
    });
    const inputs = await hash();
    const change = await changed();
    if (change) {
      await catalogue.forget(entry.name);
      throw change;
    }
    const used = source.kind === "raster" ? source.raster.files : source.cells.files;
    const content =
      config.sql === undefined ? contentOf(config.path, inputs, used) : contentOfQuery(config.sql);
    const license = await licenseOf(dataset, context);
    const stated = license === undefined ? undefined : { license };
    return await catalogue.complete({ ...entry, inputs }, { ...facts, ...content, ...stated }, grid);
  } catch (error) {
    progress.end(dataset.name, "stopped");
    throw locate(error, { dataset: dataset.name });
  } finally {
    progress.end(dataset.name);
  }
}

/**
 * What an earlier run has completely staged from the same files; removes what was staged from others, complete or not.
 */
async function stagedBefore(
  entry: DatasetEntry,
  now: readonly InputFile[],
  context: StageContext,
): Promise<StagedDataset | undefined> {
  const catalogue = required(context, "catalogue");
  const then = await catalogue.inputsOf(entry);
  if (!then) return undefined;
  const inputs = await unchangedInputs(then, now, hasher(context));
  if (!inputs) {
    context.progress.log("info", `${entry.name}: its input has changed since it was staged`);
    await catalogue.forget(entry.name);
    return undefined;
  }
  const refreshed = { ...entry, inputs };
  if (
    inputs.some((file, index) => file.state !== then[index]!.state || file.settled !== then[index]!.settled)
  )
    await catalogue.noteInputs(refreshed);
  return catalogue.find(refreshed);
}
