import { QuadratError, takeBuffer } from "@quadrat/core";
import type { Data } from "apache-arrow";
import { sampleBytes, samplesIn, type SampleArray, type Samples } from "./band-type.js";

/** Copies values of one column into samples. */
export interface BandValues {
  /** Rows `[from, from + count)` of the data, to `at` and after it. */
  copy(data: Data, from: number, count: number, out: SampleArray, at: number): void;
}

/**
 * NULL and NaN become nodata.
 * @throws QuadratError (in `copy`) for a value that equals nodata, or one that the type of the samples doesn't hold
 */
export function bandValues(name: string, { nodata }: Samples, is64: boolean): BandValues {
  const clash = !Number.isNaN(nodata);
  const put = (data: Data, from: number, count: number, out: SampleArray, at: number): void => {
    const values = data.values as SampleArray | BigInt64Array;
    const bits = data.nullCount > 0 ? data.nullBitmap : undefined;
    const first = data.offset + from;
    for (let i = 0; i < count; i++) {
      if (bits && ((bits[(first + i) >> 3]! >> ((first + i) & 7)) & 1) === 0) {
        out[at + i] = nodata;
        continue;
      }
      const value = Number(values[from + i]);
      if (is64 && !Number.isSafeInteger(value)) throw inexact(name, values[from + i]!);
      if (clash && value === nodata) throw inUse(name, nodata);
      out[at + i] = value === value ? value : nodata;
    }
  };
  const copy: BandValues["copy"] = (data, from, count, out, at) => {
    if (is64 || clash || data.nullCount > 0) return put(data, from, count, out, at);
    const values = data.values as Float64Array;
    // A NaN may have any of many bits in the table; in the file it has those of nodata.
    for (let i = 0; i < count; i++) {
      const value = values[from + i]!;
      out[at + i] = value === value ? value : nodata;
    }
  };
  return { copy };
}

/** An array of so many samples, all nodata, in a buffer of its own, which can be donated when it is done with. */
export function emptySamples({ type, nodata }: Samples, length: number): SampleArray {
  return samplesIn(type, takeBuffer(length * sampleBytes[type])).fill(nodata);
}

function inUse(name: string, nodata: number): QuadratError {
  return new QuadratError(
    "output",
    `column "${name}" has the value ${nodata}, which the option nodata says is not one`,
    {
      hint: "choose a number that no column has, or leave `nodata` out",
      place: { dataset: name },
    },
  );
}

function inexact(name: string, value: number | bigint): QuadratError {
  return new QuadratError(
    "output",
    `column "${name}" has the value ${value}, which a GeoTIFF can't hold exactly: integers of 64 bits are written as float64`,
    {
      hint: "leave the column out with the option `columns`, or write it as Parquet",
      place: { dataset: name },
    },
  );
}
