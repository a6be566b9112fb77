import {
  columnTypes,
  QuadratError,
  returnBatch,
  type CellRange,
  type Mask,
  type StagedDataset,
  type Store,
} from "@quadrat/core";
import { reclaimBeyond, vectorRows } from "@quadrat/core/base";
import { inGroups, roundBytes } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { readLists, type RowLists } from "./row-lists.js";
import {
  groupQuery,
  keptCellsQuery,
  valuesQuery,
  datasetsOf,
  tableOf,
  type Join,
  type MergeColumn,
} from "./merge-query.js";
import { garbageBytes, Round, type JoinedRows, type RoundCells } from "./round.js";

export interface GroupedOptions {
  readonly store: Pick<Store, "query">;
  /** Columns of dense tables alone, or of sparse ones. */
  readonly columns: readonly MergeColumn[];
  readonly join: Join;
  /** For the join `mask`: the cells that are kept. */
  readonly mask?: Mask | undefined;
  /** The limit of the process. */
  readonly limitBytes: number;
  /** Bytes of cells in memory at a time, if they are to be fewer. */
  readonly bytes?: number;
}

/** Bytes of a round in which values are put in their places one by one: it costs few queries, however many columns there are. */
const listedBytes = 24 * 2 ** 20;

/** Rows that are fetched from DuckDB at once. */
const fetchedRows = 4 * vectorRows;

/** Columns that are read together: some of dense tables, side by side, or those of one dataset, by its lists or value by value. */
type Reading =
  | { readonly kind: "columns"; readonly at: number; readonly columns: readonly MergeColumn[] }
  | { readonly kind: "lists" | "values"; readonly at: number; readonly dataset: StagedDataset };

/** The columns in order; those of dense tables with one value per cell in groups. */
function readingsOf(columns: readonly MergeColumn[]): Reading[] {
  const readings: Reading[] = [];
  for (let at = 0; at < columns.length;) {
    const { dataset } = columns[at]!;
    const sideBySide = ({ dataset: { layout, columns: parts } }: MergeColumn): boolean =>
      layout === "dense" && parts === undefined;
    const isSame = sideBySide(columns[at]!) ? sideBySide : (other: MergeColumn) => other.dataset === dataset;
    const next = columns.findIndex((column, index) => index > at && !isSame(column));
    const end = next < 0 ? columns.length : next;
    if (sideBySide(columns[at]!)) {
      let first = at;
      for (const group of inGroups(columns.slice(at, end))) {
        readings.push({ kind: "columns", at: first, columns: group });
        first += group.length;
      }
    } else readings.push({ kind: dataset.lists ? "lists" : "values", at, dataset });
    at = end;
  }
  return readings;
}

/**
 * The joined rows of a range of cells, in rounds of cells that have room in memory. In each round the columns are read group
 * by group, because every table that is scanned takes half a megabyte or more; then the rows that the join keeps are copied
 * out of the round, column by column. Values of datasets with several columns, nearly all of which are NULL, are put in their
 * places one by one. The cells of sparse tables that the join keeps are known before, and are the only ones of a round.
 * @param rows called before each batch for its maximum number of rows
 */
export async function* groupedRows(
  range: CellRange,
  rows: () => number,
  { store, columns, join, mask, ...memory }: GroupedOptions,
): AsyncGenerator<JoinedRows> {
  const readings = readingsOf(columns);
  const round = new Round(columns, join, cellsOfRound(columns, range, memory), mask);
  const isSparse = columns.some(({ dataset }) => dataset.layout === "sparse");
  const rounds = isSparse
    ? cut(range, await keptCells(range, store, columns, join), round.capacity)
    : roundsOf(range, round.capacity);
  const queries = function* () {
    for (const cells of rounds) {
      for (const [index, reading] of readings.entries()) {
        const batches = readingFrom(store, reading, join, cells);
        yield { cells, index, reading, batches };
      }
    }
  };
  for await (const { cells, index, reading, batches } of oneAhead(queries())) {
    if (index === 0) round.begin(cells);
    if (reading.kind === "lists") {
      for await (const item of batches) if (!isBatch(item)) round.putLists(item, reading.at, reading.dataset);
    } else if (reading.kind === "columns") {
      const count = cells.end - cells.first;
      let at = 0;
      for await (const batch of batches) {
        if (!isBatch(batch)) continue;
        round.take(batch, reading.at, at);
        at += batch.numRows;
        returnBatch(batch);
      }
      if (at !== count) throw new QuadratError("internal", `a range of ${count} cells has ${at} rows`);
    } else {
      round.open(reading.at, reading.dataset);
      for await (const batch of batches) {
        if (!isBatch(batch)) continue;
        round.put(batch);
        returnBatch(batch);
      }
      round.shut();
    }
    reclaimBeyond(garbageBytes);
    if (index === readings.length - 1) yield* round.rows(cells.first - range.first, rows);
  }
}

/** What is read for some cells: batches, or the lists of all of them. */
async function* readingFrom(
  store: GroupedOptions["store"],
  reading: Reading,
  join: Join,
  cells: CellRange,
): AsyncGenerator<arrow.RecordBatch | RowLists, void> {
  if (reading.kind === "lists") {
    yield await readLists(store, reading.dataset.name, tableOf(reading.dataset), cells);
    return;
  }
  const query =
    reading.kind === "columns"
      ? groupQuery(reading.columns, join, cells)
      : valuesQuery(reading.dataset, cells);
  yield* store.query(query, { rows: () => fetchedRows });
}

function isBatch(item: arrow.RecordBatch | RowLists): item is arrow.RecordBatch {
  return "numRows" in item;
}

/** The cells of a range that the join of sparse tables keeps, counted from the first. */
async function keptCells(
  range: CellRange,
  store: GroupedOptions["store"],
  columns: readonly MergeColumn[],
  join: Join,
): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  const query = keptCellsQuery(datasetsOf(columns), join, range);
  for await (const batch of store.query(query, { rows: () => 16 * vectorRows }))
    parts.push((batch.data.children[0]!.values as Float64Array).slice(0, batch.numRows));
  const cells = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    cells.set(part, at);
    at += part.length;
  }
  return cells;
}

function* cut(range: CellRange, kept: Float64Array, rows: number): Generator<RoundCells> {
  for (let from = 0; from < kept.length; from += rows) {
    const listed = kept.slice(from, from + rows);
    const [begin, last] = [listed[0]!, listed[listed.length - 1]!];
    for (let row = 0; row < listed.length; row++) listed[row]! -= begin;
    yield { first: range.first + begin, end: range.first + last + 1, listed };
  }
}

interface Pending {
  readonly batches: AsyncIterator<arrow.RecordBatch | RowLists>;
}

/** The readings with their batches, of which those of the next one are already requested. */
async function* oneAhead<T extends Pending>(
  readings: Iterator<T>,
): AsyncGenerator<Omit<T, "batches"> & { readonly batches: AsyncIterable<arrow.RecordBatch | RowLists> }> {
  const start = () => {
    const { value, done } = readings.next() as IteratorResult<T, undefined>;
    if (done) return undefined;
    const first = value.batches.next();
    // It is thrown when its turn comes, which is never if the reader stops early.
    first.catch(() => undefined);
    return { reading: value, first };
  };
  let next = start();
  let current: ReturnType<typeof start>;
  const batchesOf = async function* ({ reading, first }: NonNullable<typeof next>) {
    for (let result = await first; !result.done; result = await reading.batches.next()) yield result.value;
  };
  try {
    while (next) {
      current = next;
      next = start();
      yield { ...current.reading, batches: batchesOf(current) };
    }
  } finally {
    for (const begun of [current, next]) await begun?.reading.batches.return?.().catch(() => undefined);
  }
}

function cellsOfRound(
  columns: readonly MergeColumn[],
  { first, end }: CellRange,
  { limitBytes, bytes }: Pick<GroupedOptions, "limitBytes" | "bytes">,
): number {
  const cellBytes = columns.reduce(
    (sum, { dataset }) => sum + columnTypes[dataset.dataType].bytes + 1 / 8,
    0,
  );
  // Only tables that are read side by side come in whole vectors.
  const listed = columns.some(({ part }) => part !== undefined);
  const unit = listed ? 64 : vectorRows;
  const room = listed
    ? Math.min(listedBytes, roundBytes(cellBytes, limitBytes))
    : roundBytes(cellBytes, limitBytes);
  const units = (bytes ?? room) / cellBytes / unit;
  const most = Math.ceil((end - first) / unit);
  return unit * Math.min(most, Math.max(1, Math.floor(units)));
}

function* roundsOf({ first, end }: CellRange, cells: number): Generator<RoundCells> {
  for (let from = first; from < end; from += cells) yield { first: from, end: Math.min(end, from + cells) };
}
