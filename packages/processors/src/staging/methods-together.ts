import {
  cacheBytes,
  type DataType,
  type Grid,
  type PluginMethod,
  type RasterData,
  type ResamplingMethod,
} from "@quadrat/core/base";
import { planSource, resampleBand, type BandUse, type ResamplePlan } from "../resample/index.js";
import { planFor } from "./plan.js";
import { SharedWindows } from "./shared-windows.js";
import { keptBytes } from "./useful-cache.js";

/** A column beside the first one that is made of the same pixels by another method. */
export interface OtherMethod {
  readonly method: ResamplingMethod | PluginMethod;
  readonly dataType: DataType;
}

/** Several methods that resample a raster in one reading. */
export interface MethodsTogether {
  /** Bytes of decoded blocks that are worth keeping: those of several windows if methods read different ones. */
  keptBytes(windowSize: number): number;
  /** @returns a band for each method, in order */
  resample(
    rowStart: number,
    rowEnd: number,
    windowSize: number,
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
  const { source } = plan;
  const windows = new SharedWindows(source, 1 + others.length);
  const types = [dataType, ...others.map((other) => other.dataType)];
  const plans = [plan, ...others.map(({ method }) => planFor(source, crs, grid, method).plan)].map(
    (one, reader) => planSource(one, { source: windows.sources[reader]!, reducer: undefined }),
  );
  const alike = plans.every(({ method }) => inStrips(method));
  const pixelsOf = (windowSize: number): number => {
    const share = Math.ceil(windowSize ** 2 / plans.length);
    return alike ? share : Math.min(share, cacheBytes(windowSize) / bytesInCache);
  };
  return {
    keptBytes: (windowSize) => (alike ? keptBytes(source, plan, windowSize) : cacheBytes(windowSize)),
    resample: (rowStart, rowEnd, windowSize, { buffer, columns }) =>
      windows.run((reader) =>
        resampleBand(plans[reader]!, rowStart, rowEnd, pixelsOf(windowSize), {
          dataType: types[reader]!,
          // Only the first fits for sure.
          buffer: reader === 0 ? buffer : undefined,
          columns,
        }),
      ),
  };
}

/** Bytes of the cache for each pixel of a window: windows that overlap, and what blocks have beside them. */
const bytesInCache = 16;

/**
 * Whether a method goes over the pixels under the cells, and no others, in the same windows as all others of its kind. What can only
 * be unpacked from north to south is not there any more for those that lag behind.
 */
export function inStrips(method: ResamplePlan["method"]): boolean {
  return ofStrips.has(method);
}

const ofStrips: ReadonlySet<string> = new Set<ResamplingMethod>([
  "average",
  "count",
  "coverage",
  "max",
  "min",
  "rms",
  "stdev",
  "sum",
  "variance",
  "variety",
]);
