import type { Bounds } from "../grid/grid.js";

export const resamplingMethods = [
  "near",
  "bilinear",
  "cubic",
  "cubicspline",
  "lanczos",
  "average",
  "rms",
  "mode",
  "min",
  "max",
  "med",
  "q1",
  "q3",
  "sum",
  "count",
  "coverage",
  "stdev",
  "variance",
  "variety",
  "fractions",
] as const;

/** The names of resampling methods: GDAL's, then statistics that it does not have. */
export type ResamplingMethod = (typeof resamplingMethods)[number];

/** The name of a resampling method of a plugin. */
export type PluginMethod = string & Record<never, never>;

export type DatasetType = "continuous" | "categorical" | "count";
export type DatasetKind = "raster" | "occurrences" | "ranges" | "query";
/** `weight` is not written: it is the measure of the dataset that `weights` adds. */
export type Measure =
  | "records"
  | "species"
  | "presence"
  | "coverage"
  | "value"
  | "weight"
  | "mean"
  | "sum"
  | "min"
  | "max"
  | "median";

export const quotings = ["auto", "none", "double", "backslash"] as const;

export const assignments = ["point", "random", "fraction"] as const;

/** What becomes of a record that is somewhere in a circle. */
export type Assignment = (typeof assignments)[number];

/** How fields of a text table are quoted. */
export type Quoting = (typeof quotings)[number];

export const checkNames = [
  "equal",
  "zero",
  "duplicates",
  "rounded",
  "uncertainty",
  "country",
  "swapped",
  "sea",
  "centroids",
  "capitals",
  "institutions",
  "outliers",
] as const;

/** The checks of occurrences that can be switched, in the order in which their verdicts are reported. */
export type CheckName = (typeof checkNames)[number];

/** One check that is on. */
export interface CheckConfig {
  /** Whether a record that fails it is used nevertheless. Default: flag. */
  readonly then?: "flag" | "drop";
  /** Absolute path of places or polygons, instead of Quadrat's own. */
  readonly path?: string;
  /** centroids, capitals, institutions, sea, country: metres. */
  readonly within?: number;
  /** rounded: the multiple. */
  readonly to?: number;
  /** uncertainty, country: a column. */
  readonly column?: string;
  /** uncertainty: the highest one that passes, in metres. */
  readonly above?: number;
  /** outliers: metres. */
  readonly distance?: number;
  /** outliers: the number of places below which a species has none. */
  readonly minPlaces?: number;
}

export const checkSets = ["standard", "strict", "none"] as const;

/** A set of checks by name, or the checks themselves; those that are not named are off. */
export type Checks = (typeof checkSets)[number] | Readonly<Partial<Record<CheckName, CheckConfig>>>;

/** Bands of a raster that become columns: all, some in a sequence, or some under names of the user's. */
export type BandChoice = "all" | readonly (number | string)[] | Readonly<Record<string, number | string>>;

export const timeGroups = ["step", "month", "season", "year", "all"] as const;

/** What becomes a column of its own: each step in time, or all steps of a month of the year and so on. */
export type TimeGroup = (typeof timeGroups)[number];

export const timeStatistics = ["mean", "sum", "min", "max", "stdev"] as const;

export type TimeStatistic = (typeof timeStatistics)[number];

/** How a series in time becomes columns. */
export interface TimeConfig {
  /** A year, month, day or minute, which is included: 1991, 1991-01, 1991-01-31, 1991-01-31T12:00. */
  readonly from?: string;
  readonly to?: string;
  readonly by: TimeGroup;
  /** Over the resampled values of the steps of a group. */
  readonly statistic: TimeStatistic;
  /** Over the values of the groups, which then become one column. */
  readonly then?: TimeStatistic;
  /** Whether a group has no value in a cell where one of its steps has none. */
  readonly complete: boolean;
}

/** A position in a dimension, from 0, or the value of its coordinate there. */
export type DimensionChoice = number | { readonly value: number | string };

/** A resampling method with its options. */
export interface MethodChoice {
  readonly use: ResamplingMethod | PluginMethod;
  readonly options: Readonly<Record<string, unknown>>;
}

/** One entry of `datasets:`, with its path made absolute and its defaults filled in. */
export interface DatasetConfig {
  /** Absolute path; empty for a query. */
  readonly path: string;
  /** For a query: a SELECT from other datasets. */
  readonly sql?: string;
  /** What the input is; derived from the file name if the configuration does not say. */
  readonly kind: DatasetKind;
  /** A source by name, instead of the one for the file name. */
  readonly source?: string;
  /** Options for that source, validated by it. */
  readonly options?: unknown;
  readonly type: DatasetType;
  /** Counted from 1. */
  readonly band: number;
  /** undefined: by `type`. */
  readonly resample?: ResamplingMethod | PluginMethod;
  /** Options of a plugin's method, validated by it. */
  readonly resampleOptions?: unknown;
  /** Several methods in place of `resample`, each of which makes a column. */
  readonly resampleMethods?: readonly MethodChoice[];
  /** Several bands in place of `band`, each of which makes a column. */
  readonly bands?: BandChoice;
  /** The variable of a file that has several. */
  readonly variable?: string;
  /** Where to stand in dimensions other than x, y and time. */
  readonly select?: Readonly<Record<string, DimensionChoice>>;
  readonly time?: TimeConfig;
  /** For `resample: fractions`: names of columns with the classes that each stands for; undefined: a column per class. */
  readonly classes?: Readonly<Record<string, readonly number[]>>;
  /** Overrides the file's nodata; null: the file's tag is ignored. */
  readonly nodata?: number | null;
  /** mask, unless given: a raster's alpha band hides pixels where it is 0. ignore: it hides nothing. */
  readonly alpha?: "mask" | "ignore";
  /** For a table: numbers that mean a missing coordinate, or a missing value (or name). */
  readonly nodataValues?: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly value: readonly number[];
  };
  /** Overrides the file's CRS. */
  readonly crs?: string;
  /** Apply the file's scale and offset. */
  readonly scaled: boolean;
  /** `none`: full resolution always. `auto`: the coarsest overview that is still finer than the grid, for interpolating methods. */
  readonly overviews: "none" | "auto";
  /** Type of a raster's column; undefined: by file and method. */
  readonly dtype?: "float32" | "float64";
  /** Value put in place of NULL in the cells that the join keeps. */
  readonly fill?: number;
  /** Column names of a table's coordinates. */
  readonly x: string;
  readonly y: string;
  /** Column of the codes of cells in which records are, instead of coordinates. */
  readonly code?: string;
  /** Column of the radius of the circle in which a record is, in metres. */
  readonly uncertainty?: string;
  /** undefined: point. */
  readonly assign?: Assignment;
  /** For `assign: random`; undefined: 0. */
  readonly seed?: number;
  /** Ranges: a layer of a file that has several. */
  readonly layer?: string;
  /** Ranges, rule coverage: the fraction of a cell from which on it belongs to a polygon. */
  readonly threshold?: number;
  /** Ranges: what becomes of rings that cross or touch themselves; undefined: repair. */
  readonly invalid?: "repair" | "refuse";
  readonly species?: string;
  readonly measure?: Measure;
  /** Column of the measure. */
  readonly value?: string;
  readonly rule?: "centre" | "touched" | "coverage";
  /** A column per species. */
  readonly expand?: "species";
  /** Only the species with the most records on the grid. */
  readonly top?: number;
  /** Only species with so many records on the grid. */
  readonly minRecords?: number;
  /** Occurrences: a column per year or decade. */
  readonly by?: "year" | "decade";
  /** Occurrences: a SQL condition on the input's columns. */
  readonly where?: string;
  /** Occurrences: columns of the input that the table of records keeps. */
  readonly keep?: readonly string[];
  /** Occurrences: undefined: standard. */
  readonly checks?: Checks;
  /** Occurrences: whether to write the records that were left out. */
  readonly rejected?: boolean;
  /** Occurrences: whether to write how many records of each source dataset were used. */
  readonly derivedDataset?: boolean;
  /** How a table's text is read; undefined: detected from the file. */
  readonly delimiter?: string;
  readonly decimal?: string;
  readonly encoding?: string;
  readonly quoting?: Quoting;
  /** Lines before the header. */
  readonly skip?: number;
  /** The text with which comment lines begin. */
  readonly comment?: string;
  /** Whether to refuse the file at the first record that can't be used. */
  readonly strict: boolean;
}

export interface GridConfig {
  readonly crs?: string;
  readonly resolution?: readonly [x: number, y: number];
  readonly bounds?: Bounds | "auto";
  /** Absolute path of the raster that gives all three. */
  readonly like?: string;
}

/** The cells that may become rows: those in some polygons, or on pixels of a raster that are neither 0 nor without a value. */
export interface MaskConfig {
  /** Absolute path of a file of polygons, or of a raster. */
  readonly path: string;
  /** Which cells polygons take; undefined: centre. */
  readonly rule?: "centre" | "touched" | "coverage";
  /** Rule coverage: the fraction of a cell from which on it is in the mask; undefined: 0.5. */
  readonly threshold?: number;
  /** A layer of a file that has several. */
  readonly layer?: string;
  /** A SQL condition on the polygons' attributes. */
  readonly where?: string;
  /** What becomes of rings that cross or touch themselves; undefined: repair. */
  readonly invalid?: "repair" | "refuse";
  /** Overrides the file's CRS. */
  readonly crs?: string;
  /** A band of a raster, counted from 1; undefined: the first. */
  readonly band?: number;
  /** Whether rows have a column of the fraction of the cell that the polygons cover; undefined: false. */
  readonly coverage?: boolean;
}

/** How points get their values. */
export type PointValues = "cell" | "near" | "bilinear" | { readonly buffer: number };

/** Cells without records, as rows of the table of points. */
export interface BackgroundConfig {
  readonly count: number;
  readonly seed: number;
  /** A dataset whose records' cells alone are drawn from; undefined: all cells of the merged table. */
  readonly targetGroup?: string;
  readonly allowPresence: boolean;
  readonly weight: "cell" | "area";
}

/** Spatial blocks, divided among folds. */
export interface FoldConfig {
  readonly count: number;
  /** The edge of a block, in metres. */
  readonly block: number;
  readonly seed: number;
}

/** A second table: a row per record, with the values of every dataset there. */
export interface PointsConfig {
  /** The dataset whose records become rows. */
  readonly records: string;
  readonly values: PointValues;
  readonly background?: BackgroundConfig;
  readonly folds?: FoldConfig;
  /** Of the records of a species in a cell only the first is used. */
  readonly thin?: "cell";
}

export const cellColumns = ["area", "lonlat", "row", "column"] as const;

/** What `cells:` adds to every row. */
export type CellColumn = (typeof cellColumns)[number];

export interface ExportFormat {
  readonly use: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Either a share of what this process may use, or bytes. */
export type MemoryLimit = { readonly share: number } | { readonly bytes: number };

/** A complete configuration: defaults filled in, experiment and overrides applied, paths absolute. */
export interface Config {
  /** Absolute path of the file that it came from. */
  readonly file: string;
  readonly experiment: string;
  readonly grid: GridConfig;
  /** In configuration order. */
  readonly datasets: Readonly<Record<string, DatasetConfig>>;
  readonly mask?: MaskConfig;
  /** Columns that describe the cell, after x and y, in this order. */
  readonly cells?: readonly CellColumn[];
  /** Asks for a second table. */
  readonly points?: PointsConfig;
  readonly resampling: { readonly windowSize: number };
  readonly merge: {
    readonly join: "outer" | "inner" | "all";
    readonly enableStreaming: boolean | "auto";
    readonly streamingChunkSize: number;
  };
  readonly export: {
    readonly formats: readonly ExportFormat[];
    readonly compress: boolean;
    readonly chunkSize: number;
    /** Absolute path. */
    readonly directory: string;
    readonly name: string;
    /** Whether to write a report after the run. */
    readonly report?: boolean;
  };
  readonly memory: {
    readonly limit: MemoryLimit;
    readonly warningThreshold: number;
    readonly criticalThreshold: number;
    readonly recoveryThreshold: number;
    readonly intervalMs: number;
    readonly backend: string;
    readonly backendOptions?: unknown;
  };
  readonly prediction: {
    /** Remember what runs needed in the user's cache directory, and use it to correct estimates. */
    readonly learn: boolean;
    /** What to do if a run is expected to need more disk space than is free. */
    readonly disk: "refuse" | "warn" | "off";
  };
  readonly plugins: readonly string[];
  /** Number of threads to use; undefined: the number of processors. */
  readonly threads?: number;
  /** Set if inputs at addresses are refused. */
  readonly offline?: true;
}
