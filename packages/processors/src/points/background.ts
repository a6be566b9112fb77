import { qualify, type Grid, type Store } from "@quadrat/core";
import type { BackgroundConfig } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { describeCells } from "../cells/describe-cells.js";
import { coordinateColumns } from "../merge/coordinates.js";
import type { CellsOfRows } from "../merge/cells-of-rows.js";
import { drawFrom } from "../tables/circles/random.js";
import type { Scratch } from "../tables/scratch.js";
import { ChosenCells } from "./chosen-cells.js";
import { numbers } from "./number-batch.js";
import { rowsTable } from "./point-rows.js";
import { SortedCells } from "./sorted-cells.js";

/** Up to so many cells are chosen in memory. */
const mostInMemory = 2 ** 20;

interface BackgroundTask {
  readonly store: Store;
  readonly scratch: Scratch;
  readonly grid: Grid;
  /** The cells of the merged table, ascending. */
  readonly cells: AsyncIterable<CellsOfRows>;
  readonly background: BackgroundConfig;
  readonly hasSpecies: boolean;
  readonly signal: AbortSignal;
}

/**
 * Draws cells without replacement and adds them to the table of rows, ascending. Each cell has a key that depends on the seed and
 * the cell alone, and those with the smallest keys are taken, so that the choice does not depend on the order in which they are met.
 * By area a key is an exponential variable of the rate of the cell's area, which draws each cell by its weight: P. S. Efraimidis and
 * P. G. Spirakis, "Weighted random sampling with a reservoir" (2006).
 */
export async function writeBackground(
  task: BackgroundTask,
): Promise<{ readonly candidates: number; readonly chosen: number }> {
  const { store, scratch, grid, background, hasSpecies } = task;
  const most = Math.min(background.count, grid.size);
  const chosen = scratch.table("background");
  await store.exec(`CREATE OR REPLACE TABLE ${scratch.sql("background")} (cell DOUBLE)`);
  let candidates = 0;
  if (most <= mostInMemory) {
    const best = new ChosenCells(most);
    for await (const { cells, keys } of candidatesOf(task)) {
      candidates += cells.length;
      for (let i = 0; i < cells.length; i++) best.offer(cells[i]!, keys[i]!);
    }
    await store.append(chosen, [numbers({ cell: best.finish() })]);
  } else {
    const all = scratch.sql("candidates");
    await store.exec(`CREATE OR REPLACE TABLE ${all} (key DOUBLE, cell DOUBLE)`);
    const batches = async function* (): AsyncGenerator<arrow.RecordBatch> {
      for await (const { cells, keys } of candidatesOf(task)) {
        candidates += cells.length;
        yield numbers({ key: keys, cell: cells });
      }
    };
    await store.append(scratch.table("candidates"), batches(), { commitEvery: 1 << 22 });
    await store.exec(`
      INSERT INTO ${scratch.sql("background")}
      SELECT cell FROM (SELECT cell FROM ${all} ORDER BY key, cell LIMIT ${background.count}) ORDER BY cell;
      DROP TABLE ${all}`);
  }
  const { x, y } = grid.sqlCentre("cell");
  const species = hasSpecies ? "NULL::VARCHAR, " : "";
  await store.exec(`
    INSERT INTO ${rowsTable}
    SELECT NULL::BIGINT, cell, ${x}, ${y}, ${species}0::UTINYINT
    FROM (SELECT cell::BIGINT AS cell FROM ${scratch.sql("background")} ORDER BY cell);
    DROP TABLE ${scratch.sql("background")}`);
  return { candidates, chosen: Math.min(candidates, background.count) };
}

/** The cells from which background is drawn, with their keys. */
async function* candidatesOf({
  store,
  grid,
  cells: all,
  background,
  signal,
}: BackgroundTask): AsyncGenerator<{ readonly cells: Float64Array; readonly keys: Float64Array }> {
  const { seed, targetGroup, allowPresence, weight } = background;
  const draw = drawFrom(seed);
  const describe = weight === "area" ? describeCells(grid, { cells: ["area"] }) : undefined;
  const sorted = (table: string): SortedCells =>
    new SortedCells(store, `SELECT DISTINCT cell::DOUBLE AS cell FROM ${table} ORDER BY cell`);
  const present = allowPresence ? undefined : sorted(rowsTable);
  const target =
    targetGroup === undefined ? undefined : sorted(qualify({ schema: "records", table: targetGroup }));
  try {
    for await (const { first, offsets } of all) {
      signal.throwIfAborted();
      const cells = offsets.map((offset) => first + offset);
      const taken = await present?.among(cells);
      const wanted = await target?.among(cells);
      let areas: Float64Array | undefined;
      if (describe) {
        const [xs, ys] = coordinateColumns(grid, first, offsets).map(({ values }) => values);
        const [column] = describe.describe(first, offsets, xs as Float64Array, ys as Float64Array);
        // A cell outside of the world has no area: 0 stands in place of NULL.
        areas = column!.values as Float64Array;
      }
      const keys = new Float64Array(cells.length);
      let count = 0;
      for (let i = 0; i < cells.length; i++) {
        if (taken?.[i] === 1 || wanted?.[i] === 0) continue;
        const area = areas?.[i];
        if (area !== undefined && !(area > 0)) continue;
        const cell = cells[i]!;
        const [part] = draw(cell);
        cells[count] = cell;
        keys[count++] = area === undefined ? part : -Math.log(1 - part) / area;
      }
      if (count > 0) yield { cells: cells.subarray(0, count), keys: keys.subarray(0, count) };
    }
  } finally {
    await present?.close();
    await target?.close();
  }
}
