import type { CellRange, Grid, Mask, Store } from "@quadrat/core";
import { inGroups } from "@quadrat/core/host";
import {
  datasetsOf,
  decidingColumns,
  keptCellsQuery,
  presenceQuery,
  type Join,
  type MergeColumn,
} from "./merge-query.js";
import { withoutParts } from "./summary.js";

/** The cells `first + offsets[i]`, ascending. */
export interface CellsOfRows {
  readonly first: number;
  readonly offsets: Float64Array;
}

interface JoinedTables {
  readonly store: Store;
  readonly grid: Grid;
  readonly columns: readonly MergeColumn[];
  readonly join: Join;
  readonly mask?: Mask | undefined;
  readonly ranges: Iterable<CellRange>;
}

const cellsAtOnce = 1 << 16;

/** The cells that the join keeps, range by range; of the tables no more is read than decides about them. */
export async function* cellsOfRows(tables: JoinedTables): AsyncGenerator<CellsOfRows> {
  const { store, grid, join, mask, ranges } = tables;
  const columns = withoutParts(tables.columns);
  const isDense = columns.every(({ dataset }) => dataset.layout === "dense");
  const deciding = isDense ? decidingColumns(columns, join, grid.size) : [];
  for (const range of ranges) {
    if (!isDense) {
      yield* ofSparse(store, columns, join, range);
    } else if (join === "mask") {
      yield* ofMask(mask!, grid, range);
    } else if (deciding.length === 0) {
      yield* every(range);
    } else {
      yield* flagged(range, await presence(store, deciding, join, range));
    }
  }
}

async function* ofSparse(
  store: Store,
  columns: readonly MergeColumn[],
  join: Join,
  range: CellRange,
): AsyncGenerator<CellsOfRows> {
  const query = keptCellsQuery(datasetsOf(columns), join, range);
  for await (const batch of store.query(query, { rows: () => cellsAtOnce })) {
    const values = batch.data.children[0]!.values as Float64Array;
    yield { first: range.first, offsets: values.subarray(0, batch.numRows) };
  }
}

function* ofMask(mask: Mask, { width }: Grid, { first, end }: CellRange): Generator<CellsOfRows> {
  const [top, bottom] = [Math.floor(first / width), Math.ceil(end / width)];
  for (let row = top; row < bottom; row++) {
    const runs: CellRange[] = [];
    mask.each(row, row + 1, (_, from, to) => {
      const run = { first: Math.max(first, row * width + from), end: Math.min(end, row * width + to) };
      if (run.first < run.end) runs.push(run);
    });
    for (const run of runs) yield* every(run);
  }
}

function* every({ first, end }: CellRange): Generator<CellsOfRows> {
  for (let from = first; from < end; from += cellsAtOnce) {
    const length = Math.min(cellsAtOnce, end - from);
    yield { first: from, offsets: Float64Array.from({ length }, (_, i) => i) };
  }
}

/** For each cell of the range whether the join keeps it, from a few columns at a time. */
async function presence(
  store: Store,
  columns: readonly MergeColumn[],
  join: Join,
  range: CellRange,
): Promise<Uint8Array> {
  const kept = new Uint8Array(range.end - range.first).fill(join === "inner" ? 1 : 0);
  for (const group of inGroups(columns)) {
    let at = 0;
    const query = presenceQuery(group, join, range);
    for await (const batch of store.query(query, { rows: () => cellsAtOnce })) {
      const flags = batch.data.children[0]!.values as Uint8Array;
      for (let i = 0; i < batch.numRows; i++, at++) {
        if (join === "inner") kept[at]! &= flags[i]!;
        else kept[at]! |= flags[i]!;
      }
    }
  }
  return kept;
}

function* flagged({ first }: CellRange, kept: Uint8Array): Generator<CellsOfRows> {
  for (let from = 0; from < kept.length; from += cellsAtOnce) {
    const end = Math.min(kept.length, from + cellsAtOnce);
    const offsets = new Float64Array(end - from);
    let count = 0;
    for (let i = from; i < end; i++) if (kept[i] === 1) offsets[count++] = i - from;
    if (count > 0) yield { first: first + from, offsets: offsets.subarray(0, count) };
  }
}
