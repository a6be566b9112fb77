import type { WasmGlobal } from "./webassembly.js";

// What the module exports, by kernel; the sources in assembly/ say what each parameter is. Addresses are bytes of the one memory.

export interface CsvRowsExports {
  readonly csvQuads: WasmGlobal;
  readonly csvPlaceBytes: WasmGlobal;
  readonly csvPowers: WasmGlobal;
  writeCsvRows(
    rows: number,
    width: number,
    text: number,
    cells: number,
    stride: number,
    ways: number,
    lasts: number,
  ): number;
}

export interface DeflateExports {
  readonly literalCounts: WasmGlobal;
  readonly distanceCounts: WasmGlobal;
  readonly literalCosts: WasmGlobal;
  readonly lengthCosts: WasmGlobal;
  readonly distanceCosts: WasmGlobal;
  readonly lengthIndex: WasmGlobal;
  readonly literalCodes: WasmGlobal;
  readonly lengthCodes: WasmGlobal;
  readonly distanceCodes: WasmGlobal;
  readonly lastOfFour: WasmGlobal;
  readonly lastOfEight: WasmGlobal;
  readonly items: WasmGlobal;
  readonly input: WasmGlobal;
  readonly output: WasmGlobal;
  /** The bits that `writeItems` left, of which `bitsLeftCount` count. An i64. */
  readonly bitsLeft: { readonly value: bigint };
  readonly bitsLeftCount: WasmGlobal;
  parseBlock(from: number, to: number, lookUpEnd: number, base: number): number;
  writeItems(past: number, bits: number, bitCount: number): number;
}

export interface FloatNullsExports {
  readonly nullFloats: WasmGlobal;
  readonly nullBits: WasmGlobal;
  readonly nullExtremes: WasmGlobal;
  separateNulls(groups: number): number;
}

export interface StoredShortsExports {
  readonly storedShorts: WasmGlobal;
  readonly scaledShorts: WasmGlobal;
  readonly shortLowBytes: WasmGlobal;
  readonly shortHighBytes: WasmGlobal;
  joinShorts(count: number): void;
  scaleSignedShorts: ScaleShorts;
  scaleUnsignedShorts: ScaleShorts;
  readonly shortMeans: WasmGlobal;
  meansOfBlocks(rows: number, cells: number, width: number, height: number): void;
  readonly meansOfSignedShorts: MeansOfShorts;
  readonly meansOfUnsignedShorts: MeansOfShorts;
}

type ScaleShorts = (count: number, ...rules: ShortRules) => void;

type MeansOfShorts = (rows: number, cells: number, ...rules: ShortRules) => void;

type ShortRules = [
  scale: number,
  offset: number,
  first: number,
  second: number,
  least: number,
  greatest: number,
];

export interface ExactSumsExports {
  readonly exactValues: WasmGlobal;
  addExactly(count: number, sums: number, lost: number): number;
}

export interface FloatPlanesExports {
  undoFloatPlanes(
    from: number,
    end: number,
    to: number,
    width: number,
    firstBlank: number,
    lastBlank: number,
  ): void;
}

export interface AroundPointsExports {
  readonly pointXs: WasmGlobal;
  readonly pointYs: WasmGlobal;
  readonly pointValues: WasmGlobal;
  readonly columnAxis: WasmGlobal;
  readonly rowAxis: WasmGlobal;
  readonly pointTolerance: WasmGlobal;
  readonly pointPixels: WasmGlobal;
  readonly pointRowBytes: WasmGlobal;
  bilinear2x2of32(count: number): void;
  bilinear2x2of64(count: number): void;
  bilinear32(columns: number, rows: number, count: number): void;
  bilinear64(columns: number, rows: number, count: number): void;
  cubic32(columns: number, rows: number, count: number): void;
  cubic64(columns: number, rows: number, count: number): void;
  plainCubic32(count: number): void;
  plainCubic64(count: number): void;
}

type CoverSize = (pairs: number, end: number, fractions: number) => void;

export interface CoverageExports {
  findBoxes(slots: number, end: number, tolerance: number): void;
  cover(rows: number, columns: number, pairs: number, end: number, fractions: number): void;
  readonly cover1x1: CoverSize;
  readonly cover2x2: CoverSize;
  readonly cover3x3: CoverSize;
  readonly cover4x4: CoverSize;
}

type Across = (
  taps: number,
  stride: number,
  centre: number,
  pixels: number,
  weights: number,
  to: number,
  end: number,
) => void;
type AcrossShape = (centre: number, pixels: number, weights: number, to: number, end: number) => void;

export interface SeparableExports {
  readonly across32: Across;
  readonly across64: Across;
  readonly across32_2_1: AcrossShape;
  readonly across32_4_1: AcrossShape;
  readonly across32_4_2: AcrossShape;
  down(rows: number, table: number, centre: number, leastWeight: number, to: number, end: number): void;
  downTwo(table: number, centre: number, leastWeight: number, to: number, end: number): void;
  downCounted(
    rows: number,
    table: number,
    centre: number,
    leastWeight: number,
    leastCount: number,
    to: number,
    end: number,
  ): void;
}

/** Rows `[first, last)` of pixels and cells `[cells, end)` over them, and where their values go. */
export type RowKernel = (first: number, last: number, cells: number, end: number, to: number) => void;
/** Boxes of the same size, with so many rows and bytes in a row, in a window whose rows are so many bytes long. */
export type BoxKernel = (
  rows: number,
  bytes: number,
  stride: number,
  cells: number,
  end: number,
  to: number,
) => void;
type QuantileInRows = (share: number, ...where: Parameters<RowKernel>) => void;
type QuantileInBoxes = (share: number, ...where: Parameters<BoxKernel>) => void;
type ExtremeInRows = (...where: [...Parameters<RowKernel>, column: number, bytes: number]) => void;

export interface ModeExports {
  readonly mode32: RowKernel;
  readonly mode64: RowKernel;
  readonly modeOfClasses: RowKernel;
  readonly modeOfPairs: RowKernel;
  readonly mode32InBoxes: BoxKernel;
  readonly mode64InBoxes: BoxKernel;
  readonly modeOfClassesInBoxes: BoxKernel;
  setClasses(least: number, greatest: number): void;
  strayClass(): number;
}

export interface QuantileExports {
  readonly quantile32: QuantileInRows;
  readonly quantile64: QuantileInRows;
  readonly quantileOfPairs: QuantileInRows;
  readonly quantile32InBoxes: QuantileInBoxes;
  readonly quantile64InBoxes: QuantileInBoxes;
}

export interface ExtremesExports {
  readonly minimum32: ExtremeInRows;
  readonly maximum32: ExtremeInRows;
  readonly minimum64: ExtremeInRows;
  readonly maximum64: ExtremeInRows;
  readonly minimumOfPairs: RowKernel;
  readonly maximumOfPairs: RowKernel;
}

export interface RmsExports {
  readonly rms32: RowKernel;
  readonly rms64: RowKernel;
  readonly rmsOfPairs: RowKernel;
}

/** Steps of a transform between coordinate systems, on the first `count` points of {@link CoordinatesExports.coordinateXs}, in place. */
export interface CoordinatesExports {
  readonly coordinateXs: WasmGlobal;
  readonly coordinateYs: WasmGlobal;
  readLongitudes(count: number, unit: number, turn: number): void;
  writeLongitudes(count: number, unit: number, origin: number, wrap: number): void;
  readProjected(count: number, unitX: number, unitY: number, x0: number, y0: number, radius: number): void;
  writeProjected(count: number, unitX: number, unitY: number, x0: number, y0: number, radius: number): void;
  fromCentralMeridian(count: number, origin: number): void;
  toCentralMeridian(count: number, origin: number): void;
  toPixels(count: number, a: number, c: number, e: number, f: number): void;
  readonly conformalSeries: WasmGlobal;
  readonly planeSeries: WasmGlobal;
  transverseMercator(
    count: number,
    terms: number,
    scale: number,
    originY: number,
    halfWidth: number,
    steepest: number,
  ): void;
  readonly authalicSeries: WasmGlobal;
  inverseLambertAzimuthal(
    count: number,
    terms: number,
    sineCentre: number,
    cosineCentre: number,
    width: number,
    height: number,
    farthest: number,
  ): void;
}
