import type { Affine } from "../grid/affine.js";

/** Sample types, named as in GDAL and NumPy. */
export type DataType =
  "int8" | "uint8" | "int16" | "uint16" | "int32" | "uint32" | "int64" | "uint64" | "float32" | "float64";

/** A rectangle of pixels: the offset of its first pixel and its size, as rasterio's `Window`. */
export interface Window {
  readonly col: number;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels are floating-point numbers in which NaN, and only NaN, means "no value". */
export type RasterData = Float32Array | Float64Array;

/** A window of decoded pixels, row by row: `data[(row - window.row) * window.width + col - window.col]`. */
export interface RasterArray {
  readonly window: Window;
  readonly data: RasterData;
}

/** What a source may make use of to read a window, or leave. */
export interface ReadHints {
  /** Memory of the caller that the pixels may be put into if they fit; it is not touched again until they are done with. */
  readonly buffer?: ArrayBuffer | undefined;
  /** The file's tiles or strips under the window that may be needed again: all, those that reach over it, or none. */
  readonly keep?: "all" | "partial" | "none" | undefined;
}

/**
 * One band of a raster file, read by windows and never whole.
 *
 * Values are decoded, byte-swapped, scaled and offset; nodata, masked pixels and NaN come as NaN.
 * Samples of at most 24 significant bits come as float32, all others as float64; both hold every value exactly
 * (64-bit integers beyond 2^53 must be refused).
 */
export interface RasterSource {
  /** Columns, in pixels. */
  readonly width: number;
  /** Rows, in pixels. */
  readonly height: number;
  /** From pixel to world coordinates, (0, 0) being the outer corner of the first pixel. */
  readonly affine: Affine;
  /** EPSG code, PROJ string or WKT; undefined when the file does not say. */
  readonly crs: string | undefined;
  /** The type of the values as they are delivered, after scale and offset. */
  readonly dataType: DataType;
  /** The size of the file's own tiles or strips, in pixels: reads along it are cheapest. */
  readonly blockSize: { readonly width: number; readonly height: number };
  /** Things that the user should know, found while opening. */
  readonly warnings: readonly string[];
  /** What suggests that the values are classes and not quantities, such as "a colour table". */
  readonly classes?: string | undefined;
  /** Those of the definition's `files` that the values really come from, for the metadata. Default: all that are there. */
  readonly files?: readonly string[];
  /**
   * Reads a window that lies inside the raster. The array is the caller's to keep.
   * @throws QuadratError of kind "input" that names the file and the fault
   */
  read(window: Window, hints?: ReadHints): Promise<RasterArray>;
  close(): Promise<void>;
  /** Keeps at most so many bytes of decoded blocks from here on; less than what is kept drops the oldest. */
  limitCache?(bytes: number): void;
  /** Reduced copies of the raster, finest first. */
  readonly overviews?: readonly { readonly width: number; readonly height: number }[];
  /** Opens one of them, by its index, as a source of its own with the same extent. */
  openOverview?(index: number): Promise<RasterSource>;
  /** How a worker thread opens the same source; without it the source is read in the main thread. */
  readonly reopen?: ReopenInThread;
}

/** A function `(argument) => Promise<RasterSource>` that a worker thread can import. */
export interface ReopenInThread {
  /** Absolute URL of a compiled module. */
  readonly module: string;
  /** Name of the exported function. */
  readonly call: string;
  /** Structured-cloneable. */
  readonly argument: unknown;
}
