import type { Affine } from "../grid/affine.js";
import type { Grid } from "../grid/grid.js";
import type { Mask } from "../grid/mask.js";
import type { ColumnType, DataType, RasterSource, ReopenInThread } from "../raster/raster.js";
import type { Store } from "../store/store.js";
import type { DatasetConfig } from "../config/types.js";

/** What a source is asked to open. */
export interface SourceRequest {
  /** The dataset's name in the configuration. */
  readonly name: string;
  /** Absolute path of the input; or its address, if the source opens these. */
  readonly path: string;
  readonly dataset: DatasetConfig;
}

/** The records with one verdict. */
export interface VerdictFacts {
  readonly leftOut: number;
  /** Used nevertheless. */
  readonly flagged: number;
  /** The numbers of the first few, from 1. */
  readonly first: readonly number[];
}

/** What a cell source found while it put its values on the grid. */
export interface CellReport {
  /** Records read, and how many of them fell on the grid. */
  readonly read: number;
  readonly used: number;
  /** Counts of the records left out, by reason in plain words. */
  readonly skipped: Readonly<Record<string, number>>;
  /** If records were checked one by one: how many have each verdict, in plain words, and the first of them. */
  readonly verdicts?: Readonly<Record<string, VerdictFacts>>;
  /** Of polygons: how many of them were invalid, and used as repaired. */
  readonly repaired?: number;
  /** In plain words, where records were taken to be, if not at their coordinates. */
  readonly placed?: string;
  /** The source's own data that verdicts depend on, with their versions, for the metadata. */
  readonly references?: readonly string[];
  readonly warnings: readonly string[];
  /** Set if the values are in the table `dense` of the target. */
  readonly dense?: true;
  /**
   * What the columns stand for, in order, if the dataset becomes several: such as the species as the input has them. Quadrat
   * makes their names. The table's `part` is a position in this list, which is not empty.
   */
  readonly columns?: readonly string[];
}

/**
 * Where a cell source puts its values: it creates `table` with the columns `cell BIGINT` and `value`, and rows in ascending
 * order of the cell. A source of several columns creates `cell BIGINT`, `part INTEGER` and `value`, ascending by cell and part.
 */
export interface CellTarget {
  readonly grid: Grid;
  /**
   * The cells that may become rows; absent if all may. Values elsewhere are removed from the table afterwards, so a source need not
   * heed it; one that does leaves out records elsewhere and counts them.
   */
  readonly mask?: Mask | undefined;
  readonly store: Store;
  /** Quoted and qualified name of the table to create. */
  readonly table: string;
  /**
   * Quoted and qualified name of a table that a source may create in place of `table` if most cells have a value: with the column
   * `value`, and a row for every cell of the grid in order. Absent if it has to be `table`.
   */
  readonly dense?: string;
  /**
   * Names of tables that a source of records creates as well, if it can tell its records apart: those used (`record, cell, x,
   * y` and more), all verdicts (`record, verdict, detail, used`), those left out as they were given, and the number used by
   * `datasetKey`; the last two only if the dataset asks for them.
   */
  readonly records?: {
    readonly records: string;
    readonly verdicts: string;
    readonly rejected: string;
    readonly derived: string;
  };
  /** Bytes that the source may use besides DuckDB's. Default: it uses little. */
  readonly memoryBytes?: number;
  readonly signal: AbortSignal;
}

/** What is known of a dataset's columns before it is read. */
export interface SeveralColumns {
  /** What each of them stands for. */
  readonly each: "species" | "year" | "decade" | "class";
  /** The maximum number of columns, if there is one. */
  readonly atMost?: number;
}

/** A source of sparse values, such as occurrences: at most one value per cell and column, and most cells without one. */
export interface CellSource {
  readonly dataType: ColumnType;
  readonly warnings: readonly string[];
  /** Set if the dataset becomes several columns, which are known once it has been read. */
  readonly several?: SeveralColumns | undefined;
  /** Those of the definition's `files` from which the values really come, for the metadata. Default: all that exist. */
  readonly files?: readonly string[];
  /** The CRS of its coordinates if the configuration does not give one; absent: EPSG:4326. */
  readonly crs?: string | undefined;
  stage(target: CellTarget): Promise<CellReport>;
  close(): Promise<void>;
}

/** A date of the calendar of its file, which may have a 30 February. */
export interface CalendarDate {
  readonly year: number;
  /** From 1, as the day. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** What a layer of a stack stands for. */
export interface StackLayer {
  /** The band's description, if it has one. */
  readonly label?: string | undefined;
  /** The date of a step in time. */
  readonly date?: CalendarDate | undefined;
  /** Whether `bands: all` leaves it out, as an alpha band. It can still be named. */
  readonly hidden?: boolean;
}

/**
 * One variable of an input as layers of one geometry: bands, or steps in time. A source may open one in place of a raster.
 * Layers stand in the sequence of the file, be it in order of time or not.
 */
export interface RasterStack {
  readonly kind: "stack";
  /** Columns, in pixels. */
  readonly width: number;
  /** Rows, in pixels. */
  readonly height: number;
  readonly affine: Affine;
  /** EPSG code, PROJ string or WKT; undefined if the file does not state it. */
  readonly crs: string | undefined;
  /** The type of the returned values, after scale and offset. */
  readonly dataType: DataType;
  readonly blockSize: { readonly width: number; readonly height: number };
  readonly warnings: readonly string[];
  /** Those of the definition's `files` from which the values really come, for the metadata. Default: all that exist. */
  readonly files?: readonly string[];
  /** The evidence that the values are classes and not quantities. */
  readonly classes?: string | undefined;
  readonly layers: readonly StackLayer[];
  /** How many consecutive layers a block of the file holds, which are decoded together; default 1. */
  readonly blockLayers?: number | undefined;
  /** The calendar of the dates, as CF names it: standard (default), noleap, 360_day and so on. */
  readonly calendar?: string | undefined;
  /** One layer, from 0, as a raster that shares the file and its cache. Closing it does nothing. */
  layer(index: number): RasterSource;
  close(): Promise<void>;
  /** How a worker thread opens the same stack: the function returns a RasterStack there. */
  readonly reopen?: ReopenInThread | undefined;
}
