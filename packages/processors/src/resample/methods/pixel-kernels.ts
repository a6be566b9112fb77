import type { DataType } from "@quadrat/core/base";
import type { BoxKernel, Kernels, RowKernel } from "@quadrat/kernels";
import { notAClass, smallIntegers } from "./tally.js";

/** Methods whose kernels look at all pixels of a cell. */
export type PixelMethod = "mode" | QuantileMethod | "min" | "max" | "rms";
export type QuantileMethod = keyof typeof quantileShares;

/** The quantiles by GDAL's names. */
export const quantileShares = { q1: 0.25, med: 0.5, q3: 0.75 } as const;

/** The kernels of a method for rows of pixels that the cells of a grid row share. */
export interface RowKernels {
  /** For any cells. */
  readonly any: RowKernel;
  /** For cells of 2 x 2 whole pixels, float32. */
  readonly pairs: RowKernel;
}

/**
 * @param single whether pixels are float32, not float64
 * @param column memory for a row of pixels: an address, and how many bytes it has
 */
export function rowKernels(
  k: Kernels,
  method: PixelMethod,
  type: DataType,
  single: boolean,
  column: { readonly at: number; readonly bytes: number },
): RowKernels {
  switch (method) {
    case "mode":
      return { any: modeOf(k, type, single), pairs: k.modeOfPairs };
    case "rms":
      return { any: single ? k.rms32 : k.rms64, pairs: k.rmsOfPairs };
    case "min":
    case "max": {
      const least = method === "min";
      const extreme = single ? (least ? k.minimum32 : k.maximum32) : least ? k.minimum64 : k.maximum64;
      return {
        any: (...where) => {
          extreme(...where, column.at, column.bytes);
        },
        pairs: least ? k.minimumOfPairs : k.maximumOfPairs,
      };
    }
    default: {
      const share = quantileShares[method];
      const quantile = single ? k.quantile32 : k.quantile64;
      return {
        any: (...where) => {
          quantile(share, ...where);
        },
        pairs: (...where) => {
          k.quantileOfPairs(share, ...where);
        },
      };
    }
  }
}

/** The kernel of mode or a quantile for cells in boxes of pixels. */
export function boxKernel(
  k: Kernels,
  method: "mode" | QuantileMethod,
  type: DataType,
  single: boolean,
): BoxKernel {
  if (method !== "mode") {
    const share = quantileShares[method];
    const quantile = single ? k.quantile32InBoxes : k.quantile64InBoxes;
    return (...where) => {
      quantile(share, ...where);
    };
  }
  const range = single ? smallIntegers(type) : undefined;
  if (!range) return single ? k.mode32InBoxes : k.mode64InBoxes;
  return ofClasses(k, range, k.modeOfClassesInBoxes);
}

function modeOf(k: Kernels, type: DataType, single: boolean): RowKernel {
  const range = single ? smallIntegers(type) : undefined;
  if (!range) return single ? k.mode32 : k.mode64;
  return ofClasses(k, range, k.modeOfClasses);
}

/** Refuses values that are not among the classes. */
function ofClasses<T extends unknown[]>(
  k: Kernels,
  range: readonly [number, number],
  mode: (...where: T) => void,
): (...where: T) => void {
  return (...where) => {
    k.setClasses(...range);
    mode(...where);
    const stray = k.strayClass();
    if (!Number.isNaN(stray)) throw notAClass(...range, stray);
  };
}
