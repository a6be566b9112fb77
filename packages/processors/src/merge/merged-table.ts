import {
  columnTypes,
  type CellRange,
  type ColumnSummary,
  type Grid,
  type Mask,
  type MergedTable,
  type Sizes,
  type Store,
} from "@quadrat/core";
import { cellRanges, joinedCells, reclaimAll, returnBuffer } from "@quadrat/core/base";
import {
  inGroups,
  isGrouped,
  isHalved,
  recordBatch,
  scanBytes,
  type MemoryWatch,
  type StoreLimits,
} from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import { held } from "../staging/held.js";
import type { CellDescriber } from "../cells/describe-cells.js";
import { assertAscending } from "./coordinates.js";
import { cellColumns, describedCells, fieldsOfCells, withDescribedCells } from "./described-cells.js";
import { groupedRows } from "./grouped-rows.js";
import { withKeptCells } from "./kept-cells.js";
import { KeptRows, type FetchedRows } from "./kept-rows.js";
import { listParts } from "./list-parts.js";
import {
  datasetsOf,
  factsOf,
  halfQueries,
  mergeQuery,
  mergeQueryWithCoordinates,
  partQueries,
  type Join,
  type MergeColumn,
} from "./merge-query.js";
import { cellsOfRows, type CellsOfRows } from "./cells-of-rows.js";
import type { JoinedRows } from "./round.js";
import { areMany, withWrittenRows } from "./written-rows.js";
import { countRows, measureListed, measureRows, summarise, withoutParts } from "./summary.js";

/** DuckDB scans by position in one thread, which passes every chunk on to another if there is one. */
const oneThread = { threads: 1 };

/** The maximum bytes of a batch of a table in which datasets have several columns, whose number no estimate knows. */
const batchBytes = 8 * 2 ** 20;

/** The maximum share of memory for the rows of such a table. */
const keptShare = 0.2;

export interface MergedTableOptions {
  readonly store: Store;
  readonly grid: Grid;
  readonly columns: readonly MergeColumn[];
  readonly join: Join;
  /** The cells that may be rows; default: all. The join `mask` keeps every one of them. */
  readonly mask?: Mask | undefined;
  /** Makes columns that describe the cells, after the coordinates. */
  readonly describer?: CellDescriber | undefined;
  readonly sizes: Sizes;
  readonly memory: Pick<MemoryWatch, "limitBytes" | "batchDone" | "check">;
  readonly signal: AbortSignal;
  /** Bytes fetched into memory at a time, after which memory is measured; default 8 MiB. */
  readonly loadedBytes?: number;
  /** Bytes of cells that are joined at a time if columns are read in groups. */
  readonly roundBytes?: number;
  /** Threads in which DuckDB may read at the same time; default 1. */
  readonly threads?: number;
  /** Cells at which ranges begin, ascending from 0; default: every {@link joinedCells}. */
  readonly starts?: Float64Array;
}

/**
 * The join of all staged datasets, read one range of cells at a time.
 *
 * {@link load} keeps rows in memory until the sizes say that merging must stream; the kept rows are handed out
 * first and the rest is streamed from the store, so that the rows are the same in both modes and in between.
 */
export class RangeMerge implements MergedTable {
  readonly schema: arrow.Schema;
  readonly grid: Grid;
  readonly #options: MergedTableOptions;
  readonly #kept: KeptRows;
  #rowCount: number | undefined;
  /** Whether somebody reads the table in parts, for which DuckDB is held to its limits already. */
  #inParts = false;

  constructor(options: MergedTableOptions) {
    const { grid, columns, describer } = options;
    this.#options = options;
    this.grid = grid;
    this.schema = new arrow.Schema([
      ...fieldsOfCells(describer),
      ...columns.map(
        (column) => new arrow.Field(factsOf(column).name, columnTypes[column.dataset.dataType].arrow(), true),
      ),
    ]);
    this.#kept = new KeptRows(options.sizes, this.#rowBytes);
  }

  get rowCount(): number | undefined {
    return this.#rowCount;
  }

  /** Bytes of a row, and of its cell while it is fetched. */
  get #rowBytes(): number {
    const { columns, describer } = this.#options;
    const described = describer?.columns ?? [];
    const before = described.reduce((sum, { type }) => sum + columnTypes[type].bytes, 24);
    return columns.reduce((sum, { dataset }) => sum + columnTypes[dataset.dataType].bytes, before);
  }

  /**
   * Whether datasets have several columns, and their rows together would take more than a small part of memory: it is then
   * better to read them from the store again.
   */
  async isTooWide(): Promise<boolean> {
    const { store, columns, join, memory } = this.#options;
    if (!this.#listed) return false;
    const rows = await countRows(store, columns, join);
    return rows * this.#rowBytes > keptShare * memory.limitBytes;
  }

  /** The maximum bytes of all rows: those of every cell that may have one. */
  get mostBytes(): number {
    return (this.#options.mask?.size ?? this.grid.size) * this.#rowBytes;
  }

  /** Fetches the table into memory, as far as the sizes allow; returns the number of rows fetched. */
  load(advance: (cells: number) => void): Promise<number> {
    return held(this.#options.store, this.#scanLimits, () => this.#load(advance));
  }

  async #load(advance: (cells: number) => void): Promise<number> {
    const { sizes, memory, loadedBytes = 8 * 2 ** 20 } = this.#options;
    const most = Math.ceil(loadedBytes / this.#rowBytes);
    let rows = 0;
    for (const range of this.#ranges()) {
      if (sizes.streaming) return rows;
      const fetched = this.#fetch(range, () => Math.min(most, range.end - range.first));
      await this.#kept.keep(range, fetched, async ({ numRows }) => {
        rows += numRows;
        memory.batchDone("merge");
        await memory.check?.();
      });
      if (sizes.streaming) return rows;
      advance(range.end - range.first);
    }
    this.#rowCount = rows;
    return rows;
  }

  /**
   * Releases the rows in memory if it has become short, or if they take more than a small part of it: they come from the store
   * again. For work that needs the memory.
   */
  release(): void {
    const { sizes, memory } = this.#options;
    const { bytes } = this.#kept;
    if (bytes === 0 || (!sizes.streaming && bytes <= keptShare * memory.limitBytes)) return;
    this.#kept.clear();
    reclaimAll();
  }

  async *batches(options: { readonly rows?: number } = {}): AsyncGenerator<arrow.RecordBatch> {
    const { store } = this.#options;
    await store.holdTo(this.#scanLimits);
    try {
      yield* this.#batches(options);
    } finally {
      await store.holdTo();
    }
  }

  async *#batches(options: { readonly rows?: number }): AsyncGenerator<arrow.RecordBatch> {
    const most = this.#listed ? Math.max(1, Math.floor(batchBytes / this.#rowBytes)) : Infinity;
    const size = (): number => Math.min(most, options.rows ?? this.#options.sizes.batchRows);
    const { memory } = this.#options;
    let rows = 0;
    for (const range of this.#ranges()) {
      for await (const batch of this.#given(range, size)) {
        rows += batch.numRows;
        yield batch;
        memory.batchDone("export");
      }
    }
    this.#rowCount = rows;
  }

  /** The kept rows of a range, then the rest of it. */
  async *#given({ first, end }: CellRange, size: () => number): AsyncGenerator<arrow.RecordBatch> {
    const from = yield* this.#kept.handOut(first, size);
    if (from >= end) return;
    for await (const { batch } of this.#fetch({ first: from, end }, size)) yield batch;
  }

  /** The limits that DuckDB needs for a scan by position; other queries may sort. */
  get #scanLimits(): StoreLimits {
    if (this.#listed) return this.sameVectors ? oneThread : {};
    return this.sameVectors ? { ...oneThread, memoryBytes: scanBytes(this.#options.columns.length) } : {};
  }

  /** A dense table consists of whole row groups of whole vectors, and DuckDB scans it by position in one thread. */
  get sameVectors(): boolean {
    return this.#options.columns.every(({ dataset }) => dataset.layout === "dense");
  }

  /** Whether columns are read group by group: because they are so many, or because all of a dataset have a value where one has. */
  get #grouped(): boolean {
    const { columns } = this.#options;
    const full = columns.some(({ dataset }) => dataset.absent !== undefined);
    return (this.sameVectors || this.#listed) && (full || isGrouped(columns.length));
  }

  /** The values of all columns. */
  get #values(): number {
    return datasetsOf(this.#options.columns).reduce((sum, { values }) => sum + values, 0);
  }

  get #halved(): boolean {
    const { threads = 1, columns } = this.#options;
    if (!this.sameVectors || this.#listed || this.#options.describer) return false;
    return isHalved(columns.length, this.grid.size, threads);
  }

  /** Whether a dataset has several columns. */
  get #listed(): boolean {
    return this.#options.columns.some(({ part }) => part !== undefined);
  }

  sql(): string {
    const { columns, join, grid, sizes, describer } = this.#options;
    // A reader that uses SQL reads the store: when memory is short, the rows kept besides would only take up
    // memory.
    if (sizes.streaming) this.#kept.clear();
    if (describer)
      return (
        `SELECT * FROM ${describedCells} POSITIONAL JOIN ` +
        `(SELECT * EXCLUDE (cell) FROM (${mergeQuery(columns, join)}))`
      );
    return `SELECT * EXCLUDE (cell) FROM (${mergeQueryWithCoordinates(columns, join, grid)})`;
  }

  async exec(statement: string): Promise<number> {
    const { store, describer } = this.#options;
    const run = (): Promise<number> =>
      describer && !this.#inParts
        ? withDescribedCells(store, this.grid, describer, this.#cells, () => store.exec(statement))
        : store.exec(statement);
    // DuckDB's limits are those of all statements: the first to end must not lift them for the others.
    return this.#inParts || !(this.sameVectors || this.#grouped) ? run() : held(store, oneThread, run);
  }

  /** A SELECT of the cells of all rows, in order. */
  get #cells(): string {
    const { columns, join } = this.#options;
    return mergeQuery(withoutParts(columns), join);
  }

  /** The cells of all rows, ascending, without their values. */
  cells(): AsyncGenerator<CellsOfRows> {
    return cellsOfRows({ ...this.#options, ranges: this.#ranges() });
  }

  get inParts(): MergedTable["inParts"] {
    const { store, columns, join, grid, describer } = this.#options;
    if (this.#grouped) return (work) => this.#partByPart((selects) => work(selects, 1), describer);
    if (!this.sameVectors && !this.#listed && areMany(this.#values)) {
      const described = describer?.columns ?? [];
      const types = [
        ...["DOUBLE", "DOUBLE"],
        ...described.map(({ type }) => columnTypes[type].sql),
        ...columns.map(({ dataset }) => columnTypes[dataset.dataType].sql),
      ];
      const hasTexts = columns.some(({ dataset }) => dataset.dataType === "text");
      if (hasTexts && describer) return undefined;
      const rowsOf = (range: CellRange): string =>
        `SELECT * EXCLUDE (cell) FROM (${mergeQueryWithCoordinates(columns, join, grid, range)})`;
      return (work) =>
        withWrittenRows(
          store,
          this,
          types,
          (select) => held(store, oneThread, () => this.#parted(() => work(eachOf([select]), 1))),
          hasTexts ? [...this.#ranges()].map(rowsOf) : undefined,
        );
    }
    if (!this.#halved) return undefined;
    return (work) =>
      held(store, oneThread, () => this.#parted(() => work(eachOf(halfQueries(columns, join, grid)), 2)));
  }

  /** Calls `work` with SELECTs of a few columns each, of which one can be used at a time. */
  #partByPart<T>(
    work: (selects: AsyncIterable<string>) => Promise<T>,
    describer?: CellDescriber,
  ): Promise<T> {
    const { store, columns, join, grid } = this.#options;
    if (!this.sameVectors)
      return held(store, oneThread, () =>
        this.#parted(() => work(listParts(store, grid, columns, join, { describer }))),
      );
    return held(store, this.#scanLimits, () =>
      withKeptCells(store, grid, columns, join, async (kept) => {
        // What is written besides is not counted by the limits of a scan.
        await store.holdTo(oneThread);
        return this.#parted(() =>
          work(
            this.#listed || describer
              ? listParts(store, grid, columns, join, { kept, describer })
              : eachOf(partQueries(inGroups(columns), grid, kept)),
          ),
        );
      }),
    );
  }

  async #parted<T>(work: () => Promise<T>): Promise<T> {
    this.#inParts = true;
    try {
      return await work();
    } finally {
      this.#inParts = false;
    }
  }

  async summary(counted?: number): Promise<{ rows: number; columns: ColumnSummary[] }> {
    const { columns, join, grid, mask } = this.#options;
    if (join === "inner") return this.#measure();
    const all = join === "all" ? grid.size : join === "mask" ? mask?.size : undefined;
    const known = all ?? this.#rowCount ?? counted;
    const rows =
      known ??
      (this.#listed ? await countRows(this.#options.store, columns, join) : (await this.#measure()).rows);
    return { rows, columns: columns.map((column) => summarise(column, rows)) };
  }

  #measure(): Promise<{ rows: number; columns: ColumnSummary[] }> {
    const { store, columns, join } = this.#options;
    if (this.#listed) return measureListed(store, columns, join);
    if (!this.#grouped) return measureRows(store, [columns], eachOf([mergeQuery(columns, join)]));
    return this.#partByPart((selects) => measureRows(store, inGroups(columns), selects));
  }

  *#ranges(): Generator<CellRange> {
    const { starts, signal, mask } = this.#options;
    const { size } = this.grid;
    for (const range of starts ? between(starts, size) : cellRanges(size, joinedCells)) {
      signal.throwIfAborted();
      if (!mask || mask.meets(range)) yield range;
    }
  }

  async *#fetch(range: CellRange, rows: () => number): AsyncGenerator<FetchedRows> {
    const { columns, signal, store, join, mask, memory, describer, roundBytes: bytes } = this.#options;
    const joined = this.#grouped
      ? groupedRows(range, rows, {
          store,
          columns,
          join,
          mask,
          limitBytes: memory.limitBytes,
          ...(bytes && { bytes }),
        })
      : this.#atOnce(range, rows);
    let previous = -1;
    for await (const { offsets, values } of joined) {
      signal.throwIfAborted();
      previous = assertAscending(offsets, offsets.length, previous);
      const cells = cellColumns(this.grid, describer, range.first, offsets);
      returnBuffer(offsets.buffer);
      const data = arrow.makeData({
        type: new arrow.Struct(this.schema.fields),
        length: offsets.length,
        nullCount: 0,
        children: [...cells, ...values],
      });
      yield { batch: recordBatch(this.schema, data), end: range.first + previous + 1 };
    }
  }

  /** The rows as one query joins them. */
  async *#atOnce(range: CellRange, rows: () => number): AsyncGenerator<JoinedRows> {
    const { store, columns, join } = this.#options;
    const query = `SELECT (cell - ${range.first})::DOUBLE AS cell, * EXCLUDE (cell) FROM (${mergeQuery(columns, join, range)})`;
    for await (const batch of store.query(query, { rows })) {
      const [cells, ...values] = batch.data.children;
      yield { offsets: (cells!.values as Float64Array).subarray(0, batch.numRows), values };
    }
  }
}

async function* eachOf(selects: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve();
  yield* selects;
}

function* between(starts: Float64Array, size: number): Generator<CellRange> {
  for (const [index, first] of starts.entries()) yield { first, end: starts[index + 1] ?? size };
}
