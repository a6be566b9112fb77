import {
  columnTypes,
  keepBatch,
  QuadratError,
  quoteIdentifier,
  returnData,
  type ColumnSummary,
  type Config,
  type Grid,
  type MemoryWatch,
  type MergedTable,
  type Sizes,
  type Store,
} from "@quadrat/core";
import * as arrow from "apache-arrow";
import { coordinateColumns } from "./coordinates.js";
import { mergeQuery, mergeQueryWithCoordinates, type CellRange, type MergeColumn } from "./merge-query.js";

/** Cells of one query: eight of DuckDB's row groups, so that ranges begin where its zone maps do. */
export const rangeCells = 8 * 122_880;

/**
 * Bytes that DuckDB needs to scan dense tables side by side: of each the block of its values and that of its validity, with as
 * much again for those that come next, and what it buffers of the result.
 */
const scanBytes = { each: 2 ** 20, inAll: 6 * 2 ** 20 };

/** Rows that are fetched into memory at a time. */
const loadedRows = 122_880;

export interface MergedTableOptions {
  readonly store: Store;
  readonly grid: Grid;
  readonly columns: readonly MergeColumn[];
  readonly join: Config["merge"]["join"];
  readonly sizes: Sizes;
  readonly memory: Pick<MemoryWatch, "batchDone" | "check">;
  readonly signal: AbortSignal;
  /** Cells at which ranges begin, ascending, 0 the first; default: every {@link rangeCells}. */
  readonly starts?: Float64Array;
}

/**
 * The join of all staged datasets, read range by range of cells.
 *
 * {@link load} keeps rows in memory until the sizes say that merging must stream; whatever is kept is given out
 * first and the rest is streamed from the store, so that the rows are the same in either mode and in between.
 */
export class RangeMerge implements MergedTable {
  readonly schema: arrow.Schema;
  readonly grid: Grid;
  readonly #options: MergedTableOptions;
  /** Ranges from the first cell on, or what is left of them, with their rows. */
  #kept: { readonly range: CellRange; readonly batches: readonly arrow.RecordBatch[] }[] = [];
  #rowCount: number | undefined;

  constructor(options: MergedTableOptions) {
    const { grid, columns } = options;
    this.#options = options;
    this.grid = grid;
    this.schema = new arrow.Schema([
      new arrow.Field("x", new arrow.Float64(), false),
      new arrow.Field("y", new arrow.Float64(), false),
      ...columns.map(
        ({ dataset }) => new arrow.Field(dataset.name, columnTypes[dataset.dataType].arrow(), true),
      ),
    ]);
  }

  get rowCount(): number | undefined {
    return this.#rowCount;
  }

  /** Fetches the table into memory, as far as the sizes allow; returns the rows that are there. */
  async load(advance: (cells: number) => void): Promise<number> {
    const { sizes, memory } = this.#options;
    let rows = 0;
    for (const range of this.#ranges()) {
      if (sizes.streaming) return rows;
      const batches: arrow.RecordBatch[] = [];
      const most = Math.min(loadedRows, range.last - range.first);
      for await (const batch of this.#fetch(range, () => most)) {
        keepBatch(batch);
        batches.push(batch);
        rows += batch.numRows;
        memory.batchDone("merge");
        await memory.check?.();
      }
      this.#kept.push({ range, batches });
      advance(range.last - range.first);
    }
    this.#rowCount = rows;
    return rows;
  }

  async *batches(options: { readonly rows?: number } = {}): AsyncGenerator<arrow.RecordBatch> {
    const size = (): number => options.rows ?? this.#options.sizes.batchRows;
    const { sizes, memory } = this.#options;
    let rows = 0;
    for (const range of this.#ranges()) {
      const kept = this.#kept.find(({ range: { first } }) => first === range.first);
      const batches = kept ? cut(kept.batches, size) : this.#fetch(range, size);
      for await (const batch of batches) {
        rows += batch.numRows;
        yield batch;
        memory.batchDone("export");
      }
      // Short of memory, what has been given out is let go of: whoever needs it again gets it from the store.
      if (kept && sizes.streaming) this.#kept = this.#kept.filter((other) => other !== kept);
    }
    this.#rowCount = rows;
  }

  /** A dense table is whole row groups of whole vectors, and scanned by position, which DuckDB does in one thread. */
  get sameVectors(): boolean {
    return this.#options.columns.every(({ dataset }) => dataset.layout === "dense");
  }

  sql(): string {
    const { columns, join, grid, sizes } = this.#options;
    // Whoever asks for SQL reads the store: short of memory, what is kept beside it would only be in the way.
    if (sizes.streaming) this.#kept = [];
    const all = { first: 0, last: grid.size };
    return `SELECT * EXCLUDE (cell) FROM (${mergeQueryWithCoordinates(columns, join, all, grid)})`;
  }

  exec(statement: string): Promise<number> {
    return this.#options.store.exec(statement);
  }

  async summary(counted?: number): Promise<{ rows: number; columns: ColumnSummary[] }> {
    const { columns, join, grid } = this.#options;
    if (join === "inner") return this.#measure();
    const rows = join === "all" ? grid.size : (this.#rowCount ?? counted ?? (await this.#measure()).rows);
    return { rows, columns: columns.map((column) => summarise(column, rows)) };
  }

  /** Asks DuckDB for what the staged facts do not tell. */
  async #measure(): Promise<{ rows: number; columns: ColumnSummary[] }> {
    const { columns, join, store, grid } = this.#options;
    const query = mergeQuery(columns, join, { first: 0, last: grid.size });
    const facts = columns.map(({ dataset }, index) => {
      const name = quoteIdentifier(dataset.name);
      return `count(${name}) AS n${index}, min(${name})::DOUBLE AS min${index}, max(${name})::DOUBLE AS max${index}`;
    });
    const [row] = await store.rows<Record<string, bigint | number | null>>(
      `SELECT ${["count(*) AS rows", ...facts].join(", ")} FROM (${query})`,
    );
    const rows = Number(row!["rows"]);
    return {
      rows,
      columns: columns.map(({ dataset }, index) => ({
        name: dataset.name,
        type: dataset.dataType,
        nullShare: rows === 0 ? null : 1 - Number(row![`n${index}`]) / rows,
        min: row![`min${index}`] as number | null,
        max: row![`max${index}`] as number | null,
      })),
    };
  }

  *#ranges(): Generator<CellRange> {
    const { starts, signal } = this.#options;
    const { size } = this.grid;
    const count = starts?.length ?? Math.ceil(size / rangeCells);
    const start = (index: number): number =>
      index === count ? size : (starts?.[index] ?? index * rangeCells);
    for (let index = 0; index < count; index++) {
      signal.throwIfAborted();
      yield { first: start(index), last: start(index + 1) };
    }
  }

  async *#fetch(range: CellRange, rows: () => number): AsyncGenerator<arrow.RecordBatch> {
    const { store } = this.#options;
    if (this.sameVectors)
      await store.holdTo?.(scanBytes.inAll + this.#options.columns.length * scanBytes.each);
    try {
      yield* this.#fetchAll(range, rows);
    } finally {
      await store.holdTo?.();
    }
  }

  async *#fetchAll(range: CellRange, rows: () => number): AsyncGenerator<arrow.RecordBatch> {
    const { store, columns, join, signal } = this.#options;
    const query = `SELECT (cell - ${range.first})::DOUBLE AS cell, * EXCLUDE (cell) FROM (${mergeQuery(columns, join, range)})`;
    let previous = -1;
    for await (const batch of store.query(query, { rows })) {
      signal.throwIfAborted();
      const [cells, ...values] = batch.data.children;
      const offsets = cells!.values as Float64Array;
      previous = assertAscending(offsets, batch.numRows, previous);
      const [x, y] = coordinateColumns(this.grid, range.first, offsets.subarray(0, batch.numRows));
      returnData(cells!);
      yield new arrow.RecordBatch(
        this.schema,
        arrow.makeData({
          type: new arrow.Struct(this.schema.fields),
          length: batch.numRows,
          nullCount: 0,
          children: [x, y, ...values],
        }),
      );
    }
  }
}

function* cut(batches: readonly arrow.RecordBatch[], size: () => number): Generator<arrow.RecordBatch> {
  for (const batch of batches) {
    for (let from = 0; from < batch.numRows;) {
      const slice = batch.slice(from, Math.min(batch.numRows, from + size()));
      from += slice.numRows;
      yield slice;
    }
  }
}

/** Guards the one thing that the rows' order and the join by position rest on. */
function assertAscending(offsets: Float64Array, count: number, previous: number): number {
  let last = previous;
  for (let i = 0; i < count; i++) {
    if (offsets[i]! <= last) throw new QuadratError("internal", "the merged rows are not in cell order");
    last = offsets[i]!;
  }
  return last;
}

function summarise({ dataset, fill }: MergeColumn, rows: number): ColumnSummary {
  const nulls = rows - dataset.values;
  const filled = fill !== undefined && nulls > 0;
  const bounds = [dataset.min, dataset.max, ...(filled ? [fill] : [])].filter((value) => value !== null);
  return {
    name: dataset.name,
    type: dataset.dataType,
    nullShare: rows === 0 ? null : fill === undefined ? nulls / rows : 0,
    min: bounds.length > 0 ? Math.min(...bounds) : null,
    max: bounds.length > 0 ? Math.max(...bounds) : null,
  };
}
