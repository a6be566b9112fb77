import { quietly, type RasterSource, type RasterStack, type StackLayer } from "@quadrat/core/base";
import { checkAttributeLengths } from "./cf/attribute-lengths.js";
import { axesOf, isX, isY } from "./cf/axes.js";
import { chooseVariable, type Layered } from "./cf/choose-variable.js";
import { datesOf } from "./cf/dates.js";
import { place, unplaced } from "./cf/placement.js";
import { choosePositions, type Selection } from "./cf/select.js";
import { valueRules } from "./cf/values.js";
import { openContainer } from "./container.js";
import { fault } from "./fault.js";
import { signature, type Container } from "./model.js";
import { planeReader } from "./plane-reader.js";
import { bytesOf } from "./samples.js";
import { countOf } from "./shapes.js";

export interface ArrayOptions {
  /** A file, or the folder of a Zarr store. */
  readonly path: string;
  /** With its groups, such as `/forecast/tas`; may be absent if the file has one raster. */
  readonly variable?: string | undefined;
  /** Where to stand in dimensions other than rows, columns and time. */
  readonly select?: Selection | undefined;
  /** Overrides the file's missing values (as stored, before scale and offset); null ignores them. */
  readonly nodata?: number | null | undefined;
  /** Overrides the file's CRS. */
  readonly crs?: string | undefined;
  /** Apply scale and offset. */
  readonly scaled: boolean;
  /** Bytes of decoded chunks kept for the next windows; default 32 MiB. */
  readonly cacheBytes?: number | undefined;
}

const defaultCacheBytes = 32 * 2 ** 20;

/**
 * Opens one variable of a NetCDF, HDF5 or Zarr file by CF's conventions: a stack of its steps in time, or a raster if it has no
 * time. Rows may run north or south, columns east or west, and either may vary faster in the file.
 *
 * @throws QuadratError of kind "input" that names the file and what of it is missing, wrong or not supported
 */
export async function openArrays(options: ArrayOptions): Promise<RasterSource | RasterStack> {
  const container = await openContainer(options.path);
  try {
    return await openVariable(container, options);
  } catch (error) {
    await quietly(() => container.close());
    throw error;
  }
}

async function openVariable(
  container: Container,
  options: ArrayOptions,
): Promise<RasterSource | RasterStack> {
  const { path } = container;
  const variable = chooseVariable(container, options.variable);
  const axes = axesOf(container, variable);
  const [x, y] = [axes.find(isX), axes.find(isY)];
  if (!x || !y) throw unplaced(container, variable, axes);
  if (variable.unreadable !== undefined) {
    throw fault(path, `${signature(variable)} can't be read: ${variable.unreadable}`);
  }
  const { select = {} } = options;
  const time = axes.find(({ kind, dimension }) => kind === "time" && !(dimension.name in select));
  const others = axes.filter((axis) => axis !== x && axis !== y && axis !== time);
  const dated = await datesOf(container, variable, time);
  const taken = [x, y, ...(time ? [time] : [])];
  const positions = await choosePositions(path, variable, others, taken, select);
  const { plane, affine, crs, warnings } = await place(container, variable, x, y, options.crs);
  checkAttributeLengths(path, variable);
  const rules = valueRules(variable, {
    nodata: options.nodata,
    scaled: options.scaled,
    defaultFill: container.netcdf,
  });
  const { width, height } = plane;
  const [blockWidth, blockHeight] = [variable.chunkShape[x.position]!, variable.chunkShape[y.position]!];
  const cacheBytes = options.cacheBytes ?? defaultCacheBytes;
  const reader = planeReader(path, variable, { ...plane, step: time?.position }, rules, cacheBytes);
  const depth =
    (countOf(variable.chunkShape) / blockWidth / blockHeight) * Math.max(1, bytesOf(variable.type) / 4);
  const fixed = axes.map(({ position }) => positions.get(position) ?? 0);
  const common = {
    ...{ width, height, affine, crs, dataType: rules.dataType, warnings },
    blockSize: { width: Math.min(width, blockWidth), height: Math.min(height, blockHeight) },
    classes: classesOf(variable),
    close: async () => {
      reader.close();
      await container.close();
    },
  };
  const positionOf = (index: number): readonly number[] =>
    time ? fixed.map((own, d) => (d === time.position ? index : own)) : fixed;
  const { readMeans } = reader;
  const layerAt = (index: number): RasterSource => ({
    ...common,
    read: async (window, hints = {}) => ({
      window,
      data: await reader.read(positionOf(index), window, hints),
    }),
    ...(readMeans && {
      readMeans: (window, block, into) => readMeans(positionOf(index), window, block, into),
    }),
    // Those who set the limit think of blocks of one step.
    limitCache: (bytes) => reader.limitCache(Math.max(bytes, Math.min(cacheBytes, bytes * depth))),
  });
  if (!dated) return layerAt(0);
  let layers: StackLayer[] | undefined;
  return {
    kind: "stack",
    ...common,
    get layers() {
      return (layers ??= dated.dates().map((date) => ({ date })));
    },
    blockLayers: time ? variable.chunkShape[time.position]! : 1,
    calendar: dated.calendar,
    layer: (index) => ({ ...layerAt(index), close: () => Promise.resolve() }),
  };
}

/** What shows that values are classes. */
function classesOf({ attributes }: Layered): string | undefined {
  return attributes.has("flag_values") || attributes.has("flag_meanings") ? "flag values" : undefined;
}
