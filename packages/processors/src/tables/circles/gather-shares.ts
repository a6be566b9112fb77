import type { Grid, Mask } from "@quadrat/core";
import * as arrow from "apache-arrow";
import { runPiece, type Gathered, type PlacedPiece } from "../measures/gather.js";
import type { MeasurePlan } from "../measures/measure-plan.js";
import { batchRows } from "../place.js";
import type { Work } from "../reader.js";
import { outliner } from "./outline.js";
import type { CirclePlan } from "./place-circles.js";
import { highUnit, mostRecords, rowsOfBand, spreader, unitsOfRecord, type Spreader } from "./spread.js";

/** The number of records of a cell, each counting with the share of its circle that the cell holds. */
export const sharesMeasure: MeasurePlan = {
  dataType: "float64",
  third: "none",
  finish: (groups) => `
    SELECT cell, sum(s)::DOUBLE / ${unitsOfRecord} AS value
    FROM ${groups} WHERE s > 0 GROUP BY cell`,
};

/**
 * Reads a table whose records are placed with their circles, and divides these among the cells. Shares are whole numbers of
 * units: their sums are exact, in whatever order they are added.
 */
export async function gatherShares(
  work: Work,
  grid: Grid,
  plan: CirclePlan,
  pieces: AsyncIterable<PlacedPiece>,
): Promise<Gathered> {
  const { store, scratch } = work;
  const [groups, circles, placed] = [scratch.sql("groups"), scratch.sql("circles"), scratch.sql("placed")];
  await store.exec(`CREATE OR REPLACE TABLE ${groups} (slot BIGINT, n BIGINT, s HUGEINT)`);
  await store.exec(
    `CREATE OR REPLACE TABLE ${circles} (x DOUBLE, y DOUBLE, u DOUBLE, ctop DOUBLE, cbottom DOUBLE)`,
  );
  const isDivided = "slot >= 0 AND NOT isnan(ctop)";
  for await (const piece of pieces) {
    await runPiece(work, `CREATE OR REPLACE TABLE ${placed} AS ${piece.placed}`, piece);
    await store.exec(`
      INSERT INTO ${groups}
      SELECT slot, count(*), CASE WHEN divided OR slot < 0 THEN 0 ELSE count(*)::HUGEINT * ${unitsOfRecord} END
      FROM (SELECT slot, ${isDivided} AS divided FROM ${placed}) GROUP BY slot, divided;
      INSERT INTO ${circles} SELECT x, y, u, ctop, cbottom FROM ${placed} WHERE ${isDivided}`);
  }
  await store.exec(`DROP TABLE IF EXISTS ${placed}`);
  const rings = await groupEqual(work, circles);
  const shares = scratch.sql("shares");
  await store.exec(`CREATE OR REPLACE TABLE ${shares} (cell DOUBLE, high DOUBLE, low DOUBLE)`);
  await store.append(scratch.table("shares"), divide(work, grid, plan, rings), { commitEvery: 1 << 22 });
  await store.exec(`
    INSERT INTO ${groups}
    SELECT cell::BIGINT, 0, high::HUGEINT * ${highUnit} + low::HUGEINT FROM ${shares};
    DROP TABLE ${shares}; DROP TABLE ${rings}`);
  return { table: groups, kept: "groups" };
}

/** Equal circles are divided once, unless there are too many different ones to find them. */
async function groupEqual({ store, scratch }: Work, circles: string): Promise<string> {
  const rings = scratch.sql("rings");
  const create = (n: string, group: string): string =>
    `CREATE OR REPLACE TABLE ${rings} AS
     SELECT x, y, u, ctop, cbottom, ${n}::DOUBLE AS n FROM ${circles} ${group} ORDER BY ctop`;
  try {
    await store.exec(create("count(*)", "GROUP BY ALL"));
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("Out of Memory Error"))) throw error;
    await store.exec(create("1", ""));
  }
  await store.exec(`DROP TABLE ${circles}`);
  return rings;
}

/** Divides the circles band by band, so that only the cells of one band are in memory. */
async function* divide(
  { store, signal, mask }: Work,
  grid: Grid,
  { toGlobe, fromGlobe }: CirclePlan,
  rings: string,
): AsyncGenerator<arrow.RecordBatch> {
  const [found] = await store.rows<{ first: number | null; last: number | null }>(
    `SELECT min(ctop) AS first, max(cbottom) AS last FROM ${rings}`,
  );
  if (typeof found?.first !== "number" || typeof found.last !== "number") return;
  const outlineOf = outliner({ grid, fromGlobe });
  const spread = spreader(grid);
  const rows = rowsOfBand(grid);
  for (let from = Math.floor(found.first / rows) * rows; from <= found.last; from += rows) {
    const band = { from, to: Math.min(from + rows, grid.height) };
    spread.start(band);
    let any = false;
    const stream = store.query(
      `SELECT x, y, u, n FROM ${rings} WHERE ctop < ${band.to} AND cbottom >= ${band.from}`,
      { rows: () => batchRows },
    );
    for await (const batch of stream) {
      const of = (name: string): Float64Array =>
        Float64Array.from(batch.getChild(name)!.toArray() as Float64Array);
      const [xs, ys, radii, counts] = [of("x"), of("y"), of("u"), of("n")];
      toGlobe.transform(xs, ys);
      any ||= batch.numRows > 0;
      for (let i = 0; i < batch.numRows; i++) {
        if (i % 1024 === 0) signal.throwIfAborted();
        const outline = outlineOf(xs[i]!, ys[i]!, radii[i]!);
        for (let left = counts[i]!; left > 0; left -= mostRecords) {
          const records = Math.min(left, mostRecords);
          if (spread.isFull(records)) yield* taken(spread, mask);
          spread.add(outline, records);
        }
      }
    }
    if (any) yield* taken(spread, mask);
  }
}

function* taken(spread: Spreader, mask: Mask | undefined): Generator<arrow.RecordBatch> {
  const all = spread.take();
  const { cells, high, low } = mask ? inside(all, mask) : all;
  for (let from = 0; from < cells.length; from += batchRows) {
    const [cell, highs, lows] = [cells, high, low].map((column) => column.slice(from, from + batchRows));
    yield* arrow.tableFromArrays({ cell: cell!, high: highs!, low: lows! }).batches;
  }
}

type Shares = ReturnType<Spreader["take"]>;

/** The shares of cells in the mask. */
function inside({ cells, high, low }: Shares, mask: Mask): Shares {
  const isInside = (_: number, i: number): boolean => mask.has(cells[i]!);
  return { cells: cells.filter(isInside), high: high.filter(isInside), low: low.filter(isInside) };
}
