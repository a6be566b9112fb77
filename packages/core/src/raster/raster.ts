import type { Affine } from "../grid/affine.js";
import type { BlockScratch } from "./block-scratch.js";

/** Sample types, named as in GDAL and NumPy. */
export type DataType =
  "int8" | "uint8" | "int16" | "uint16" | "int32" | "uint32" | "int64" | "uint64" | "float32" | "float64";

/** Types of columns: those of samples, and text. */
export type ColumnType = DataType | "text";

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

/** Hints for reading a window, which a source may use or ignore. */
export interface ReadHints {
  /**
   * Memory of the caller into which the pixels may be put if they fit; it is not reused until they are no longer needed.
   */
  readonly buffer?: ArrayBuffer | undefined;
  /**
   * Which of the file's tiles or strips under the window may be needed again: all, those that extend beyond it, or
   * none.
   */
  readonly keep?: "all" | "partial" | "none" | undefined;
}

/** Where means of blocks of pixels go: that of block `c` in row `r` of blocks to `data[at + r * stride + c]`. */
export interface BlockMeans {
  readonly data: RasterData;
  readonly at: number;
  readonly stride: number;
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
  /** EPSG code, PROJ string or WKT; undefined if the file does not state it. */
  readonly crs: string | undefined;
  /** The type of the returned values, after scale and offset. */
  readonly dataType: DataType;
  /** The size of the file's own tiles or strips, in pixels: reads along it are cheapest. */
  readonly blockSize: { readonly width: number; readonly height: number };
  /** Things found while opening that the user should know. */
  readonly warnings: readonly string[];
  /** The evidence that the values are classes and not quantities, such as "a colour table". */
  readonly classes?: string | undefined;
  /** Those of the definition's `files` from which the values really come, for the metadata. Default: all that exist. */
  readonly files?: readonly string[];
  /**
   * Reads a window that lies inside the raster. The array belongs to the caller.
   * @throws QuadratError of kind "input" that names the file and the fault
   */
  read(window: Window, hints?: ReadHints): Promise<RasterArray>;
  /**
   * Means of blocks of `width x height` pixels, of which a window consists, for a source that makes them faster than others can from
   * its pixels. They are over the pixels that have a value, added along rows of the block first and then down, to the same bits;
   * NaN if there are none. False, whatever was written, if it has to be done from the pixels.
   */
  readMeans?(
    window: Window,
    block: { readonly width: number; readonly height: number },
    into: BlockMeans,
  ): Promise<boolean>;
  close(): Promise<void>;
  /** Keeps at most this many bytes of decoded blocks from now on; if more are kept, the oldest are dropped. */
  limitCache?(bytes: number): void;
  /** Set if decoded blocks can be kept in a scratch file: how many there are, and the maximum bytes of one. */
  readonly scratchBlocks?: { readonly count: number; readonly bytes: number };
  /** Keeps decoded blocks there from now on, or in no file. */
  useScratch?(scratch: BlockScratch | undefined): void;
  /**
   * True if pixels can only be decoded from north to south, so that a second reader would decode all of them a second
   * time.
   */
  readonly sequential?: boolean;
  /** Reduced copies of the raster, finest first. */
  readonly overviews?: readonly { readonly width: number; readonly height: number }[];
  /** Opens one of them, by its index, as a source of its own with the same extent. */
  openOverview?(index: number): Promise<RasterSource>;
  /** How a worker thread opens the same source; without it the source is read in the main thread. */
  readonly reopen?: ReopenInThread;
}

/** A function `(argument) => Promise<RasterSource>`, or of a stack `RasterStack`, that a worker thread can import. */
export interface ReopenInThread {
  /** Absolute URL of a compiled module. */
  readonly module: string;
  /** Name of the exported function. */
  readonly call: string;
  /** Structured-cloneable. */
  readonly argument: unknown;
}
