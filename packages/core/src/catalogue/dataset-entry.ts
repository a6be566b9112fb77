import type { HashedFile, InputFile } from "../inputs/input-files.js";
import type { CellReport } from "../plugin/source.js";
import type { ColumnType } from "../raster/raster.js";

/**
 * `dense`: a value for every cell of the grid in cell order, so that the row number is the cell. `sparse`: `cell` and
 * `value` of the cells that have one. A dataset of several columns has lists in place of the value.
 */
export type Layout = "dense" | "sparse";

/** What the store knows about one dataset. */
export interface DatasetEntry {
  readonly name: string;
  /** From 0, in configuration order. */
  readonly position: number;
  /** Absolute path of the input. */
  readonly path: string;
  readonly driver: string;
  readonly method: string;
  readonly dataType: ColumnType;
  readonly layout: Layout;
  /** Set for a dense dataset of several columns. */
  readonly lists?: true;
  /** Equal for equal grids and settings: values staged under it can be reused unless one of `inputs` has changed. */
  readonly key: string;
  /** The files that the values depend on. Default: none. */
  readonly inputs?: readonly InputFile[];
}

/** A column of a dataset, and a summary of its values. */
export interface StagedColumn {
  /** Its name in the merged table. */
  readonly name: string;
  /** What its name is made from, such as a species as the input has it; absent if the dataset has only this column. */
  readonly label?: string;
  /** Its number in the lists of its dataset; default: its position. */
  readonly part?: number;
  readonly values: number;
  readonly min: number | null;
  readonly max: number | null;
}

/** Whether the cells of a dataset add up to what the pixels of its raster do. */
export interface Conservation {
  /** The pixels inside the grid's bounds, each by the fraction of it that is; null if it is not known. */
  readonly sourceTotal: number | null;
  /** All cells of the grid; null if it is not finite. */
  readonly resultTotal: number | null;
  /** The result's total less the source's. */
  readonly difference: number | null;
  /** The magnitude of the difference, as a fraction of the sum of the magnitudes of all pixels. */
  readonly relative: number | null;
  /** Why there is nothing to compare. */
  readonly unknown?: string;
}

/** What is known about a dataset once it is staged. */
export interface StagedFacts {
  /** Cells with a value, in any column. */
  readonly values: number;
  readonly min: number | null;
  readonly max: number | null;
  /**
   * Set if the dataset has become several columns, in order. Its table then has `parts`, a list of the numbers of the columns
   * that have a value in the cell, ascending, and `vals`, the list of these values.
   */
  readonly columns?: readonly StagedColumn[];
  /** The value of columns that are not in the list of a cell which has one; default: NULL. */
  readonly absent?: number;
  /** Set if a sparse dataset has its values in a dense table, of which the sparse one is a view. */
  readonly filled?: true;
  /** Of a raster that is summed. */
  readonly conservation?: Conservation;
  /** As the input states it. */
  readonly license?: string;
  /** The SHA-256 of the input file. */
  readonly sha256: string;
  readonly bytes: number;
  /** Other files beside it that the values come from. */
  readonly sideFiles?: readonly HashedFile[];
  /** For a table: records read, used and, by reason, left out; and, if any was flagged or left out by a check, by verdict. */
  readonly records: Pick<
    CellReport,
    "read" | "used" | "skipped" | "repaired" | "verdicts" | "placed" | "references"
  > | null;
}

export type StagedDataset = DatasetEntry & StagedFacts;

/** The columns of a dataset: those that it has become, or the one that has its name. */
export function stagedColumns({ name, values, min, max, columns }: StagedDataset): readonly StagedColumn[] {
  return columns ?? [{ name, values, min, max }];
}

/** The SQL of a column's value from the lists of its dataset, by its position among the columns; NULL where it has none. */
export function listedValue(
  dataset: Pick<StagedFacts, "columns" | "absent">,
  position: number,
  { parts, vals }: ListNames = listNames,
): string {
  const { absent } = dataset;
  const value = `${vals}[list_position(${parts}, ${partOf(dataset, position)})]`;
  return absent === undefined
    ? value
    : `coalesce(${value}, CASE WHEN ${parts} IS NOT NULL THEN ${absent} END)`;
}

/** The number of a column in the lists of its dataset. */
export function partOf({ columns }: Pick<StagedFacts, "columns">, position: number): number {
  return columns![position]!.part ?? position;
}

/** Columns of the table of a dataset of several columns. */
export interface ListNames {
  readonly parts: string;
  readonly vals: string;
}

export const listNames: ListNames = { parts: "parts", vals: "vals" };

/** What is known of a column if cells that have a list without it, of so many with a list, have the value of absent columns. */
export function withAbsent(
  facts: Pick<StagedColumn, "values" | "min" | "max">,
  lists: number,
  absent: number | undefined,
): Pick<StagedColumn, "values" | "min" | "max"> {
  const { values, min, max } = facts;
  if (absent === undefined || values === lists) return facts;
  return { values: lists, min: Math.min(min ?? absent, absent), max: Math.max(max ?? absent, absent) };
}
