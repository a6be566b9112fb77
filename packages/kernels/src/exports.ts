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
  /** The bits that `writeItems` left, of which `bitCount` count. An i64. */
  readonly bits: { readonly value: bigint };
  readonly bitCount: WasmGlobal;
  parseBlock(from: number, to: number, lookUpEnd: number, base: number): number;
  writeItems(past: number, bits: number, bitCount: number): number;
}

export interface FloatNullsExports {
  readonly nullFloats: WasmGlobal;
  readonly nullBits: WasmGlobal;
  readonly nullExtremes: WasmGlobal;
  separateNulls(groups: number): number;
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
