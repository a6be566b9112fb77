import { required, type ShardedDataset, type StageContext } from "@quadrat/core";
import { entryOf } from "../staging/entry.js";
import { rowWork } from "../staging/row-work.js";
import { rasterJob } from "../staging/stage-raster.js";
import { recordsOf } from "../tables/shared-pass.js";

/** What can be staged in shards, under which keys, and how much work it is. */
export async function shardOutlook(context: StageContext): Promise<readonly ShardedDataset[]> {
  const grid = required(context, "grid");
  const found: ShardedDataset[] = [];
  for (const [position, dataset] of required(context, "datasets").entries()) {
    const { name, source, reads, method } = dataset;
    if (reads) {
      found.push({ name, kind: "query", key: null });
      continue;
    }
    const { key } = await entryOf(dataset, [], position, [], context);
    if (source.kind === "cells") {
      const records = recordsOf(source.cells);
      found.push({ name, kind: "table", key, ...(records !== undefined && { records }) });
      continue;
    }
    if (method === "fractions") {
      // Lists are not divided up.
      found.push({ name, kind: "table", key });
      continue;
    }
    const { plan } = await rasterJob(dataset, { key }, context);
    found.push({ name, kind: "raster", key, work: rowWork(plan, dataset, grid, context.mask?.cells) });
  }
  return found;
}
