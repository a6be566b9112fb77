import { QuadratError, required, type Stage, type StageContext, type StagedDataset } from "@quadrat/core";
import { columnsOfCells, keyOf, type CellColumnFacts } from "@quadrat/core/host";
import { describeCells } from "../cells/describe-cells.js";
import { writeMaskFlags } from "../merge/mask-cells.js";
import {
  datasetsOf,
  factsOf,
  mergeQueryWithCoordinates,
  needsDense,
  type MergeColumn,
} from "../merge/merge-query.js";
import { RangeMerge } from "../merge/merged-table.js";
import { sparseStarts } from "../merge/sparse-ranges.js";
import { sampleType } from "../staging/sample-type.js";
import { isWellFilled } from "../staging/well-filled.js";
import { densify, densifyLists, densifyTexts } from "../staging/densify.js";

/** Share of memory beyond which a table is not held while the table of points is made. */
const besidePoints = 0.5;

/** Joins the staged datasets; in memory mode the rows are fetched here, in streaming mode while they are exported. */
export function mergeStage(): Stage {
  return {
    name: "merge",
    async run(context) {
      const grid = required(context, "grid");
      const store = required(context, "store");
      const { config, progress, sizes, memory, signal } = context;
      const mask = context.mask?.cells;
      const columns = await columnsOf(context);
      const described = columnsOfCells(config);
      refuseSameNames(columns, described);
      const join = mask && config.merge.join === "all" ? "mask" : config.merge.join;
      if (mask && join === "mask") await writeMaskFlags(store, mask);
      await store.exec(
        `CREATE OR REPLACE VIEW main.merged AS ${mergeQueryWithCoordinates(columns, join, grid)}`,
      );
      const sparse = columns.every(({ dataset }) => dataset.layout === "sparse");
      const starts = sparse ? await sparseStarts(store, datasetsOf(columns)) : undefined;
      const merged = new RangeMerge({
        store,
        grid,
        columns,
        join,
        mask,
        ...(described.length > 0 && { describer: describeCells(grid, config, context.mask?.coverage) }),
        sizes,
        memory,
        signal,
        threads: context.workers.size,
        ...(starts && { starts }),
      });
      context.merged = merged;
      if (isReadBySql(context)) return { rows: 0 };
      // The number of columns was not known when the mode was chosen.
      if (sizes.streaming || (await context.outputs?.isComplete()) || (await merged.isTooWide()))
        return { rows: 0 };
      // Rows that are held while records are sorted: what is released when memory is short doesn't all return to the system.
      if (config.points && merged.mostBytes > besidePoints * memory.limitBytes) return { rows: 0 };
      progress.start("merge", grid.size, "cells");
      try {
        return { rows: await merged.load((cells) => progress.advance("merge", cells)) };
      } catch (error) {
        progress.end("merge", "stopped");
        throw error;
      } finally {
        progress.end("merge");
      }
    },
  };
}

/** Whether nobody asks for rows: they would be fetched for nothing. */
function isReadBySql({ config, registry }: StageContext): boolean {
  const { exporters } = registry;
  return config.export.formats.every(
    ({ use }) => exporters.has(use) && exporters.get(use).definition.needs === "sql",
  );
}

async function columnsOf(context: StageContext): Promise<MergeColumn[]> {
  const staged = required(context, "staged");
  const dense =
    needsDense(staged, context.config.merge.join) || areWellFilled(staged, required(context, "grid").size);
  const columns: MergeColumn[] = [];
  const fills = new Map(required(context, "datasets").map(({ name, config }) => [name, config.fill]));
  for (const dataset of staged) {
    const fill = fills.get(dataset.name);
    const placed = dense ? await asDense(dataset, context) : dataset;
    const parts = placed.columns?.keys() ?? [undefined];
    for (const part of parts) columns.push({ dataset: placed, fill, ...(part !== undefined && { part }) });
  }
  return columns;
}

/** Whether sparse tables have so many values that they are better joined by position: then nothing is sorted or written twice. */
function areWellFilled(staged: readonly StagedDataset[], cells: number): boolean {
  return staged.every(
    ({ values, columns, dataType }) => !columns && dataType !== "text" && isWellFilled(values, cells),
  );
}

/** Columns made from the content of an input may have the name of another dataset's. */
function refuseSameNames(columns: readonly MergeColumn[], described: readonly CellColumnFacts[]): void {
  const owners = new Map<string, string>();
  const taken = new Set(described.map(({ name }) => keyOf(name)));
  for (const column of columns) {
    const { name } = factsOf(column);
    if (taken.has(keyOf(name))) {
      throw new QuadratError(
        "usage",
        `dataset "${column.dataset.name}" has a column named "${name}", as \`${name === "mask_coverage" ? "mask" : "cells"}\` has`,
        { hint: "rename the dataset", place: { dataset: column.dataset.name } },
      );
    }
    const owner = owners.get(keyOf(name));
    if (owner !== undefined && owner !== column.dataset.name) {
      throw new QuadratError(
        "usage",
        `datasets "${owner}" and "${column.dataset.name}" both have a column named "${name}"`,
        { hint: "rename one of the datasets", place: { dataset: column.dataset.name } },
      );
    }
    owners.set(keyOf(name), column.dataset.name);
  }
}

async function asDense(dataset: StagedDataset, context: StageContext): Promise<StagedDataset> {
  if (dataset.layout === "dense") return dataset;
  if (dataset.filled) return { ...dataset, layout: "dense" };
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { name, dataType } = dataset;
  const [sparse, dense] = [catalogue.table(name, "sparse"), catalogue.table(name, "dense")];
  if (dataset.columns) await densifyLists(store, sparse, dense, sampleType(dataType), grid, context.signal);
  else if (dataType === "text") await densifyTexts(store, sparse, dense, grid, context.signal);
  else await densify(store, sparse, dense, dataType, grid, context.signal);
  return { ...dataset, layout: "dense" };
}
