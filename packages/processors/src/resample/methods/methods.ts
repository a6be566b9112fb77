import type { DatasetType, DataType, PluginMethod, RasterData, ResamplingMethod } from "@quadrat/core/base";

/** Methods that weight the pixels around the cell's centre. */
export type KernelMethod = "bilinear" | "cubic" | "cubicspline" | "lanczos";
/** Methods that make one value of all pixels under the cell. */
export type AreaMethod = Exclude<ResamplingMethod, KernelMethod | "near" | "fractions">;

export function isKernelMethod(method: string): method is KernelMethod {
  return method === "bilinear" || method === "cubic" || method === "cubicspline" || method === "lanczos";
}

/** The type of a column resampled by `method` from values of `type`. A plugin's method computes new numbers. */
export function resultType(method: ResamplingMethod | PluginMethod, type: DataType): DataType {
  switch (method) {
    case "near":
    case "mode":
    case "min":
    case "max":
    case "med":
    case "q1":
    case "q3":
      return type;
    case "variety":
      return "uint32";
    // The pixels of a large cell may be more than an integer of 32 bits can count.
    case "count":
    case "coverage":
    case "stdev":
    case "variance":
    case "fractions":
    case "sum":
    case "average":
    case "rms":
    case "bilinear":
    case "cubic":
    case "cubicspline":
    case "lanczos":
    default:
      return "float64";
  }
}

/** An array of NaN that can hold every value of `type`, in `buffer` if it is large enough. */
export function emptyBand(type: DataType, length: number, buffer?: ArrayBuffer): RasterData {
  const Values = fitsFloat32(type) ? Float32Array : Float64Array;
  const fits = buffer && buffer.byteLength >= length * Values.BYTES_PER_ELEMENT;
  const band = fits ? new Values(buffer, 0, length) : new Values(length);
  return band.fill(NaN);
}

/** Whether a float32 can hold every value of `type`. */
export function fitsFloat32(type: DataType): boolean {
  return type === "float32" || type === "int8" || type === "uint8" || type === "int16" || type === "uint16";
}

/**
 * The method for a dataset whose configuration does not name one.
 * @param cellsGrow whether a cell of the grid covers more than one pixel
 */
export function defaultMethod(type: DatasetType, cellsGrow: boolean): ResamplingMethod {
  switch (type) {
    case "continuous":
      return cellsGrow ? "average" : "bilinear";
    case "categorical":
      return "mode";
    case "count":
      return "sum";
  }
}
