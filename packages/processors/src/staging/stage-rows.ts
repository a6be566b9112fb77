import { sampleType } from "./sample-type.js";
import { locate, required, type OpenDataset, type ShardTarget, type StageContext } from "@quadrat/core";
import { conserves } from "../conservation/conservation.js";
import { joinTotals, type SourceTotal } from "../conservation/source-total.js";
import { entryOf } from "./entry.js";
import { changeOf } from "./inputs.js";
import { outsideOfRows } from "./outside.js";
import { rasterBands } from "./raster-bands.js";
import { filesOf, hasher } from "./dataset-files.js";
import type { SharedColumn } from "./shared-reading.js";
import { rasterJob } from "./stage-raster.js";
import { totalOfRows } from "./row-totals.js";

/**
 * Stages a raster in the rows of a shard, continuing where a killed process has stopped.
 * @param shared where its bands come from if they are made together with those of others
 */
export async function stageRows(
  dataset: OpenDataset,
  position: number,
  lanes: readonly number[],
  target: ShardTarget,
  context: StageContext,
  shared?: SharedColumn,
): Promise<void> {
  const { name, dataType } = dataset;
  const { progress, workers, sizes, signal } = context;
  const { width } = required(context, "grid");
  const [first, end] = target.rows!;
  try {
    const files = await filesOf(dataset);
    const { key } = await entryOf(dataset, files.before, position, [], context);
    const writer = await target.write(name, sampleType(dataType));
    try {
      progress.start(name, (end - first) * width, "cells");
      if (writer.done > 0) {
        progress.log("info", `${name}: resumes at cell ${first * width + writer.done}`);
        progress.advance(name, writer.done);
      }
      const job = shared?.job ?? (await rasterJob(dataset, { key }, context));
      const done = writer.done;
      const fromRow = first + Math.floor(done / width);
      const options = { workers, lanes, sizes, signal };
      const bands = shared
        ? shared.bands.join(shared.column, fromRow)
        : rasterBands(job, fromRow, { ...options, storePath: target.scratch, endRow: end });
      const counted = job.counted === true && conserves(dataset);
      const totals: SourceTotal[] = [];
      let begun: number | undefined;
      const work = async (): Promise<void> => {
        for await (const { rowStart, rowEnd, column, total } of bands) {
          begun ??= rowStart;
          if (counted && total) totals.push(total);
          const before = Math.max(0, done - (rowStart - first) * width);
          const cells = (rowEnd - rowStart) * width - before;
          if (column) await writer.append(column, before);
          else await writer.appendNulls(cells);
          context.memory.batchDone("resample");
          progress.advance(name, cells);
        }
      };
      const changed = () => changeOf(files, hasher(context));
      await work().catch(async (error: unknown) => {
        // A mixture of two versions of a file reads like a damaged one.
        throw (signal.aborted ? undefined : await changed().catch(() => undefined)) ?? error;
      });
      begun ??= fromRow;
      if (counted && begun > first) totals.push(await totalOfRows(job, [first, begun], options));
      const outside: number[] = [];
      for await (const runs of outsideOfRows(job, [first, end], options)) {
        signal.throwIfAborted();
        for (const cell of runs) outside.push(cell);
      }
      const facts = await writer.finish();
      const change = await changed();
      if (change) throw change;
      target.staged({
        ...{ name, key, type: sampleType(dataType), file: writer.path },
        ...facts,
        ...(counted && { sourceTotal: joinTotals(totals) }),
        outside: Float64Array.from(outside),
      });
    } finally {
      await writer.close();
    }
  } catch (error) {
    progress.end(name, "stopped");
    throw locate(error, { dataset: name });
  } finally {
    progress.end(name);
  }
}
