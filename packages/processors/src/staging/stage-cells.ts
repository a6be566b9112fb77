import {
  qualify,
  required,
  type DatasetEntry,
  type OpenDataset,
  type StageContext,
  type Store,
} from "@quadrat/core";
import { inHook } from "@quadrat/core/base";
import { insideMask, sourceShare } from "@quadrat/core/host";
import { reasons } from "../tables/faults.js";
import { makeLists } from "./stage-columns.js";
import { measure, measureAll, type Values } from "./staged-values.js";
import { thirdParty } from "./third-party.js";

/** @param mayFill whether the values may be in a dense table */
export async function stageCells(
  dataset: OpenDataset,
  entry: DatasetEntry,
  begun: () => unknown,
  context: StageContext,
  mayFill: boolean,
): Promise<Values> {
  begun();
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { source, name } = dataset;
  if (source.kind !== "cells") throw new Error(`${name} is not a cell source`);
  await catalogue.start(entry);
  const table = qualify(catalogue.table(name, "sparse"));
  const { cells } = source;
  const names = catalogue.recordTables(name);
  const records = {
    records: qualify(names.records),
    verdicts: qualify(names.verdicts),
    rejected: qualify(names.rejected),
    derived: qualify(names.derived),
  };
  const mask = context.mask?.cells;
  const owner = thirdParty(dataset, context);
  const target = {
    grid,
    mask,
    store,
    table,
    signal: context.signal,
    memoryBytes: context.memory.limitBytes * sourceShare,
    // A query gives cells; ranges have no records.
    ...(dataset.config.kind === "occurrences" && { records }),
    ...(mayFill && !owner && { dense: qualify(catalogue.table(name, "dense")) }),
  };
  const report = await (owner ? inHook(owner, "stage", () => cells.stage(target)) : cells.stage(target));
  if (report.dense) await catalogue.viewDense(name);
  // Quadrat's own sources leave out themselves what lies elsewhere.
  if (mask && owner) await keepInside(table, source.cells.several !== undefined, store);
  const { read, used, skipped, repaired, placed, verdicts, references, warnings, columns: labels } = report;
  for (const warning of warnings) context.progress.log("warning", `${name}: ${warning}`);
  const outside = skipped[reasons.outside] ?? 0;
  if (outside > 0) {
    context.progress.log("info", `${name}: ${outside} of ${read} records lie outside the grid`);
  }
  const masked = skipped[reasons.masked] ?? 0;
  if (masked > 0) context.progress.log("info", `${name}: ${masked} of ${read} records lie outside the mask`);
  context.progress.advance(name, grid.size);
  const columns =
    labels && (await makeLists(store, catalogue.table(name, "sparse"), name, labels, context.signal));
  return {
    ...(columns ? await measureAll(entry, columns, context) : await measure(entry, context)),
    ...(report.dense && { filled: true as const }),
    records: {
      read,
      used,
      skipped,
      ...(repaired !== undefined && { repaired }),
      ...(placed !== undefined && { placed }),
      ...(verdicts && { verdicts }),
      ...(references && { references }),
    },
  };
}

/** Removes the values of cells that are not in the mask. */
async function keepInside(table: string, hasParts: boolean, store: Store): Promise<void> {
  const order = hasParts ? "cell, part" : "cell";
  await store.exec(`CREATE OR REPLACE TABLE ${table} AS FROM ${insideMask(table)} ORDER BY ${order}`);
}
