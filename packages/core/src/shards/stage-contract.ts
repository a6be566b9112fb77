import type { DatasetEntry, StagedDataset, StagedFacts } from "../catalogue/dataset-entry.js";
import type { CellRange } from "../grid/cell-range.js";
import type { DataType } from "../raster/raster.js";
import type { CellBlock, RangeFacts, RangeWriter } from "./range-file.js";

/** What a stage tells of a dataset before the work is divided up. */
export interface ShardedDataset {
  readonly name: string;
  /** A raster is staged range by range, a table as a whole, a query once all others are there. */
  readonly kind: "raster" | "table" | "query";
  /** The key under which the catalogue will have its values, if it is known before they are. */
  readonly key: string | null;
  /** For a table: equal for those that are made from one reading of the same records, if they are staged by the same process. */
  readonly records?: string;
  /** For a raster: estimated nanoseconds for each of some bands of rows of equal height, from north to south. */
  readonly work?: Float64Array | undefined;
}

/** The exact sum of some pixels. */
export interface PartTotal {
  /** Doubles of which it is the sum. */
  readonly parts: readonly number[];
  /** The sum of the magnitudes, about. */
  readonly magnitude: number;
  /** Why it is not known. */
  readonly unknown?: string;
}

/** The values of a raster in the rows of a shard. */
export interface StagedRows extends RangeFacts {
  readonly name: string;
  readonly key: string;
  readonly type: DataType;
  /** What the raster's pixels under these rows add up to, if that is compared with the cells. */
  readonly sourceTotal?: PartTotal;
  /** Pairs of a first cell and the one after the last. */
  readonly outside: Float64Array;
  /** The file with the values. */
  readonly file: string;
}

/** The part of a shard, and where its results go. */
export interface ShardTarget {
  /** Rows of the grid in which rasters are staged; undefined if only whole datasets are. */
  readonly rows: readonly [first: number, end: number] | undefined;
  /** Names of the datasets that are staged as a whole, into the context's store. */
  readonly whole: ReadonlySet<string>;
  /** A path beside which files may be created that exist only for a while. */
  readonly scratch: string;
  /** A writer for the values of a raster. */
  write(name: string, type: DataType): Promise<RangeWriter>;
  staged(rows: StagedRows): void;
  stagedWhole(dataset: StagedDataset): void;
}

/** The values of a raster that shards have made. */
export interface DenseElsewhere {
  readonly facts: RangeFacts;
  /** What the raster's pixels add up to, part by part, if that is compared with the cells. */
  readonly sourceTotals: readonly PartTotal[];
  /** From a cell on; blocks are valid until the next is requested. */
  cells(from: number): AsyncIterable<CellBlock>;
  /** Ascending pairs of a first cell and the one after the last, shard by shard. */
  outside(): AsyncIterable<Float64Array> | Iterable<Float64Array>;
}

/** A dataset that a shard has staged as a whole. */
export interface WholeElsewhere {
  /** A DuckDB database with the tables. */
  readonly database: string;
  readonly facts: StagedFacts;
  /** The cells that are wanted, without the records; all by default, with them. */
  readonly range?: CellRange;
}

/** What a query has given in the cells of some shards. */
export interface QueryElsewhere {
  readonly facts: Pick<StagedFacts, "values" | "min" | "max" | "records">;
  /** Databases with its cells, in the order of cells. */
  pieces(): AsyncIterable<QueryPiece>;
}

export interface QueryPiece {
  /** A DuckDB database with a staged dataset of this name. */
  readonly database: string;
  /** What has to be added to a cell there to make it one here. */
  readonly origin: number;
}

/** What shards have staged. */
export interface StagedElsewhere {
  /** Set if these are the values of some cells of the plan's grid, of which others may have more. */
  readonly isPart?: boolean;
  /** The SHA-256 of an input that is the same as when the plan was made; undefined if it is not a file of the plan. */
  hash(path: string): string | undefined;
  /** The values of a raster under this key; undefined if shards have none. */
  dense(entry: DatasetEntry): DenseElsewhere | undefined;
  /** A dataset staged as a whole under this key. */
  whole(entry: DatasetEntry): Promise<WholeElsewhere | undefined>;
  /** What a query has given there; undefined if it has to be run. */
  query(name: string): QueryElsewhere | undefined;
}
