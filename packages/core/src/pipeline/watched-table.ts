import type { RecordBatch } from "apache-arrow";
import type { Grid } from "../grid/grid.js";
import type { MergedTable } from "../table/exporter.js";

/** The table, and the cells that the exporter reading it was given last. */
export interface WatchedTable {
  readonly table: MergedTable;
  /** Cells `[first, last)` of the newest batch; undefined before the first. */
  cells(): readonly [number, number] | undefined;
}

/** Remembers the last batch that was handed out, so that a failure can be reported with its cells. */
export function watchTable(table: MergedTable): WatchedTable {
  let ends: readonly [x0: number, y0: number, x1: number, y1: number] | undefined;
  async function* batches(options?: { readonly rows?: number }): AsyncGenerator<RecordBatch> {
    for await (const batch of table.batches(options)) {
      const [x, y] = [batch.getChildAt(0)!, batch.getChildAt(1)!];
      const last = batch.numRows - 1;
      if (last >= 0) ends = [x.get(0), y.get(0), x.get(last), y.get(last)] as typeof ends;
      yield batch;
    }
  }
  const { grid } = table;
  return {
    table: new Proxy(table, {
      get(target, key) {
        if (key === "batches") return batches;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    }),
    cells: () => ends && [cellAt(grid, ends[0], ends[1]), cellAt(grid, ends[2], ends[3]) + 1],
  };
}

function cellAt(
  { width, bounds: [xmin, , , ymax], resolution: [dx, dy] }: Grid,
  x: number,
  y: number,
): number {
  return Math.floor((ymax - y) / dy) * width + Math.floor((x - xmin) / dx);
}
