import type { DataType, Grid, RasterData, RasterSource, ResamplingMethod, PluginMethod } from "@quadrat/core/base";
import { planSource, resampleBand, type BandUse, type ResamplePlan } from "../resample/index.js";
import { planFor } from "./plan.js";
import { SharedWindows } from "./shared-windows.js";

/** A column beside the first one that is made of the same pixels by another method. */
export interface OtherMethod {
  readonly method: ResamplingMethod | PluginMethod;
  readonly dataType: DataType;
}

/** Several methods that resample a raster in one reading. */
export interface MethodsTogether {
  /** @returns a band for each method, in order */
  resample(
    rowStart: number,
    rowEnd: number,
    windowPixels: number,
    use: Omit<BandUse, "dataType">,
  ): Promise<RasterData[]>;
}

/** @param plan of the first method, whose source all of them read */
export function methodsTogether(
  plan: ResamplePlan,
  crs: string,
  grid: Grid,
  dataType: DataType,
  others: readonly OtherMethod[],
): MethodsTogether {
  const { source }: { readonly source: RasterSource } = plan;
  const windows = new SharedWindows(source, 1 + others.length);
  const types = [dataType, ...others.map((other) => other.dataType)];
  const plans = [plan, ...others.map(({ method }) => planFor(source, crs, grid, method).plan)].map(
    (one, reader) => planSource(one, { source: windows.sources[reader]!, reducer: undefined }),
  );
  return {
    resample: (rowStart, rowEnd, windowPixels, { buffer, columns }) =>
      windows.run((reader) =>
        resampleBand(plans[reader]!, rowStart, rowEnd, Math.ceil(windowPixels / plans.length), {
          dataType: types[reader]!,
          // Only the first fits for sure.
          buffer: reader === 0 ? buffer : undefined,
          columns,
        }),
      ),
  };
}
