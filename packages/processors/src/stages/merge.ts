import { required, type Stage, type StageContext, type StagedDataset } from "@quadrat/core";
import { mergeQueryWithCoordinates, needsDense, type MergeColumn } from "../merge/merge-query.js";
import { RangeMerge } from "../merge/merged-table.js";
import { sparseStarts } from "../merge/sparse-ranges.js";
import { densify } from "../staging/densify.js";

/** Joins the staged datasets; in memory mode the rows are fetched here, in streaming mode while they are exported. */
export function mergeStage(): Stage {
  return {
    name: "merge",
    async run(context) {
      const grid = required(context, "grid");
      const store = required(context, "store");
      const { config, progress, sizes, memory, signal } = context;
      const columns = await columnsOf(context);
      const { join } = config.merge;
      await store.exec(
        `CREATE OR REPLACE VIEW main.merged AS ${mergeQueryWithCoordinates(columns, join, grid)}`,
      );
      const sparse = columns.every(({ dataset }) => dataset.layout === "sparse");
      const starts = sparse
        ? await sparseStarts(
            store,
            columns.map(({ dataset }) => dataset),
          )
        : undefined;
      const merged = new RangeMerge({
        store,
        grid,
        columns,
        join,
        sizes,
        memory,
        signal,
        ...(starts && { starts }),
      });
      context.merged = merged;
      if (sizes.streaming) return { rows: 0 };
      progress.start("merge", grid.size, "cells");
      try {
        return { rows: await merged.load((cells) => progress.advance("merge", cells)) };
      } finally {
        progress.end("merge");
      }
    },
  };
}

async function columnsOf(context: StageContext): Promise<MergeColumn[]> {
  const staged = required(context, "staged");
  const dense = needsDense(staged, context.config.merge.join);
  const columns: MergeColumn[] = [];
  for (const dataset of staged) {
    const fill = context.config.datasets[dataset.name]!.fill;
    columns.push({ dataset: dense ? await asDense(dataset, context) : dataset, fill });
  }
  return columns;
}

async function asDense(dataset: StagedDataset, context: StageContext): Promise<StagedDataset> {
  if (dataset.layout === "dense") return dataset;
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { name, dataType } = dataset;
  const [sparse, dense] = [catalogue.table(name, "sparse"), catalogue.table(name, "dense")];
  await densify(store, sparse, dense, dataType, grid, context.signal);
  return { ...dataset, layout: "dense" };
}
