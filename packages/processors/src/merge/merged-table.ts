import {
  columnTypes,
  QuadratError,
  quoteIdentifier,
  type ColumnSummary,
  type Config,
  type Grid,
  type MergedTable,
  type Sizes,
  type Store,
} from "@quadrat/core";
import * as arrow from "apache-arrow";
import { coordinateColumns } from "./coordinates.js";
import { mergeQuery, mergeQueryWithCoordinates, type CellRange, type MergeColumn } from "./merge-query.js";

/** Cells of one query: eight of DuckDB's row groups, so that ranges begin where its zone maps do. */
export const rangeCells = 8 * 122_880;

export interface MergedTableOptions {
  readonly store: Store;
  readonly grid: Grid;
  readonly columns: readonly MergeColumn[];
  readonly join: Config["merge"]["join"];
  readonly sizes: Sizes;
  readonly signal: AbortSignal;
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
  readonly #kept: arrow.RecordBatch[] = [];
  /** Cells before this one are in `#kept`. */
  #keptTo = 0;
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
    const { sizes } = this.#options;
    let rows = 0;
    for (const range of this.#ranges(0)) {
      if (sizes.streaming) return rows;
      for await (const batch of this.#fetch(range, () => Math.min(rangeCells, range.last - range.first))) {
        this.#kept.push(batch);
        rows += batch.numRows;
      }
      this.#keptTo = range.last;
      advance(range.last - range.first);
    }
    this.#rowCount = rows;
    return rows;
  }

  async *batches(options: { readonly rows?: number } = {}): AsyncGenerator<arrow.RecordBatch> {
    const size = (): number => options.rows ?? this.#options.sizes.batchRows;
    let rows = 0;
    for (const batch of this.#kept) {
      for (let from = 0; from < batch.numRows;) {
        const slice = batch.slice(from, Math.min(batch.numRows, from + size()));
        from += slice.numRows;
        rows += slice.numRows;
        yield slice;
      }
    }
    for (const range of this.#ranges(this.#keptTo)) {
      for await (const batch of this.#fetch(range, size)) {
        rows += batch.numRows;
        yield batch;
      }
    }
    this.#rowCount = rows;
  }

  sql(): string {
    const { columns, join, grid } = this.#options;
    const all = { first: 0, last: grid.size };
    return `SELECT * EXCLUDE (cell) FROM (${mergeQueryWithCoordinates(columns, join, all, grid)})`;
  }

  exec(statement: string): Promise<number> {
    return this.#options.store.exec(statement);
  }

  async summary(): Promise<{ rows: number; columns: ColumnSummary[] }> {
    const { columns, join, grid } = this.#options;
    if (join === "inner") return this.#measure();
    const rows = join === "all" ? grid.size : (this.#rowCount ?? (await this.#measure()).rows);
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

  *#ranges(from: number): Generator<CellRange> {
    for (let first = from; first < this.grid.size; first += rangeCells) {
      yield { first, last: Math.min(this.grid.size, first + rangeCells) };
    }
  }

  async *#fetch(range: CellRange, rows: () => number): AsyncGenerator<arrow.RecordBatch> {
    const { store, columns, join, signal } = this.#options;
    const query = `SELECT (cell - ${range.first})::INTEGER AS cell, * EXCLUDE (cell) FROM (${mergeQuery(columns, join, range)})`;
    let previous = -1;
    for await (const batch of store.query(query, { rows })) {
      signal.throwIfAborted();
      const offsets = batch.data.children[0]!.values as Int32Array;
      previous = assertAscending(offsets, batch.numRows, previous);
      const [x, y] = coordinateColumns(this.grid, range.first, offsets.subarray(0, batch.numRows));
      yield new arrow.RecordBatch(
        this.schema,
        arrow.makeData({
          type: new arrow.Struct(this.schema.fields),
          length: batch.numRows,
          nullCount: 0,
          children: [x, y, ...batch.data.children.slice(1)],
        }),
      );
    }
  }
}

/** Guards the one thing that the rows' order and the join by position rest on. */
function assertAscending(offsets: Int32Array, count: number, previous: number): number {
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
