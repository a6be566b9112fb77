import type { FoldSize, Grid, Store } from "@quadrat/core";
import type { FoldConfig } from "@quadrat/core/host";
import { parseCrs } from "@quadrat/crs";
import type * as arrow from "apache-arrow";
import { drawFrom } from "../tables/circles/random.js";
import type { Scratch } from "../tables/scratch.js";
import { numbers } from "./number-batch.js";
import { pointParts, rowsTable } from "./point-rows.js";

/** The folds of the rows, in their order. */
export const foldsTable = `${pointParts}.folds`;

/** The radius of the sphere with the area of WGS 84, in metres. */
const sphere = 6_371_007.180918;

const blocksAtOnce = 1 << 14;

interface FoldTask {
  readonly store: Store;
  readonly scratch: Scratch;
  readonly grid: Grid;
  readonly folds: FoldConfig;
}

/**
 * Divides the rows among folds, block by block: the block with the most records first, each into the fold that has the fewest.
 * Of equal ones the seed decides. Folds do not depend on the order of rows.
 */
export async function writeFolds({ store, scratch, grid, folds }: FoldTask): Promise<FoldSize[]> {
  const { column, row } = blockOf(grid, folds.block);
  const [blocks, keyed] = [scratch.sql("blocks"), scratch.sql("keyed")];
  const located = `SELECT ${column} AS bx, ${row} AS bz, presence FROM ${rowsTable}`;
  await store.exec(`
    CREATE OR REPLACE TABLE ${blocks} AS
    SELECT bx, bz, sum(presence)::DOUBLE AS records, count(*)::DOUBLE AS total FROM (${located}) GROUP BY bx, bz;
    CREATE OR REPLACE TABLE ${keyed} (bx DOUBLE, bz DOUBLE, records DOUBLE, total DOUBLE, key DOUBLE)`);
  const draw = drawFrom(folds.seed);
  const withKeys = async function* (): AsyncGenerator<arrow.RecordBatch> {
    for await (const batch of store.query(`SELECT bx, bz, records, total FROM ${blocks}`, {
      rows: () => blocksAtOnce,
    })) {
      const [bx, bz, records, total] = columnsOf(batch);
      const key = bx!.map((one, i) => draw(one, bz![i]!)[0]);
      yield numbers({ bx: bx!, bz: bz!, records: records!, total: total!, key });
    }
  };
  await store.append(scratch.table("keyed"), withKeys(), { commitEvery: 1 << 22 });
  await store.exec(`CREATE OR REPLACE TABLE ${blocks} (bx DOUBLE, bz DOUBLE, fold DOUBLE)`);
  const filler = new FoldFiller(folds, draw);
  const filled = async function* (): AsyncGenerator<arrow.RecordBatch> {
    const query = `SELECT bx, bz, records, total FROM ${keyed} ORDER BY records DESC, key, bx, bz`;
    for await (const batch of store.query(query, { rows: () => blocksAtOnce })) {
      const [bx, bz, records, total] = columnsOf(batch);
      const fold = records!.map((own, i) => filler.put(own, total![i]!));
      yield numbers({ bx: bx!, bz: bz!, fold });
    }
  };
  await store.append(scratch.table("blocks"), filled(), { commitEvery: 1 << 22 });
  await store.exec(`
    CREATE OR REPLACE TABLE ${foldsTable} AS
    SELECT fold::USMALLINT AS fold
    FROM (SELECT ${column} AS bx, ${row} AS bz, rowid AS pos FROM ${rowsTable})
    JOIN ${blocks} USING (bx, bz) ORDER BY pos;
    DROP TABLE ${blocks};
    DROP TABLE ${keyed}`);
  return filler.sizes();
}

/**
 * SQL of a row's block. On a projected grid a block is a square of its coordinates, whose edges are multiples of its size. On a grid of
 * longitudes and latitudes blocks are as high as they are asked to be, on a sphere, and as wide as a whole number of
 * them around a parallel allows.
 */
export function blockOf(grid: Grid, metres: number): { readonly column: string; readonly row: string } {
  const { isGeographic, definition } = parseCrs(grid.crs);
  if (!isGeographic) {
    const size = metres / definition.unitFactor;
    return { column: known(`floor(x / ${double(size)})`), row: known(`floor(y / ${double(size)})`) };
  }
  const angle = metres / sphere;
  const row = `floor(y * ${double(definition.unitFactor)} / ${double(angle)})`;
  const middle = `greatest(cos((${row} + 0.5::DOUBLE) * ${double(angle)}), 0::DOUBLE)`;
  const count = `greatest(1::DOUBLE, round(${middle} * ${double((2 * Math.PI) / angle)}))`;
  const turns = `(x * ${double(definition.unitFactor / (2 * Math.PI))})`;
  // Longitudes a turn apart are the same.
  const column = `floor((${turns} - floor(${turns})) * ${count})`;
  return { column: known(column), row: known(row) };
}

/** Rows without a place are in a block of their own. */
function known(expression: string): string {
  return `coalesce(${expression}, 'NaN'::DOUBLE)`;
}

function double(value: number): string {
  return `'${value}'::DOUBLE`;
}

/** Fills folds with blocks, that with the most records first. */
class FoldFiller {
  readonly #records: Float64Array;
  readonly #totals: Float64Array;
  readonly #blocks: Float64Array;
  /** Which of equal folds comes first. */
  readonly #ranks: readonly number[];

  constructor({ count }: FoldConfig, draw: (...content: readonly number[]) => readonly [number, number]) {
    this.#records = new Float64Array(count);
    this.#totals = new Float64Array(count);
    this.#blocks = new Float64Array(count);
    this.#ranks = Array.from({ length: count }, (_, fold) => draw(-1, fold)[1]);
  }

  /** Returns the fold, counted from 1. */
  put(records: number, total: number): number {
    let best = 0;
    for (let fold = 1; fold < this.#records.length; fold++)
      if (this.#compare(fold, best, records > 0) < 0) best = fold;
    this.#records[best]! += records;
    this.#totals[best]! += total;
    this.#blocks[best]! += 1;
    return best + 1;
  }

  sizes(): FoldSize[] {
    return Array.from(this.#records, (records, fold) => ({
      fold: fold + 1,
      records,
      background: this.#totals[fold]! - records,
      blocks: this.#blocks[fold]!,
    }));
  }

  /** Blocks without records are divided by their background. */
  #compare(one: number, other: number, byRecords: boolean): number {
    return (
      (byRecords ? this.#records[one]! - this.#records[other]! : 0) ||
      this.#totals[one]! - this.#totals[other]! ||
      this.#ranks[one]! - this.#ranks[other]!
    );
  }
}

function columnsOf(batch: arrow.RecordBatch): Float64Array[] {
  return batch.data.children.map(({ values }) => (values as Float64Array).slice(0, batch.numRows));
}
