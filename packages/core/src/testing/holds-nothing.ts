import { reclaimAll } from "../memory-reclaim.js";
import type { DataType } from "../raster/raster.js";
import { demand } from "./check.js";
import type { TestTableOptions } from "./test-table.js";

const watchedBatches = 42;
const watchedRows = 8192;

/** Measures what is left after collections, early and late: what was read in between must not be part of it. */
export async function holdsNothing(
  trial: (table: TestTableOptions, work: (write: () => Promise<unknown>) => Promise<void>) => Promise<void>,
  types: readonly DataType[] | undefined,
): Promise<void> {
  const [early, late] = [Math.floor(watchedBatches / 3), watchedBatches - 1];
  const used: Record<number, number> = {};
  const beforeBatch = async (index: number): Promise<void> => {
    if (index !== early && index !== late) return;
    await new Promise((resolve) => setImmediate(resolve));
    reclaimAll();
    const { heapUsed, external } = process.memoryUsage();
    used[index] ??= heapUsed + external;
  };
  const type: DataType = types?.includes("float64") === false ? types[0]! : "float64";
  const table: TestTableOptions = {
    rows: watchedBatches * watchedRows,
    batchRows: [watchedRows],
    types: [type],
    value: (row) => row % 100,
    beforeBatch,
  };
  await trial(table, async (write) => {
    await write();
    const [before, after] = [used[early], used[late]];
    if (before === undefined || after === undefined) return;
    const read = (late - early) * watchedRows * 3 * 8;
    const kept = after - before;
    demand(
      kept < read / 2,
      () =>
        `an exporter that streams must not hold the table: of ${megabytes(read)} MB read in between it holds ${megabytes(kept)} MB; write and release them, or declare needs: "table"`,
    );
  });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
