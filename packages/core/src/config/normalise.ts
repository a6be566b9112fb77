import { dirname, resolve } from "node:path";
import { isAddress, toAddress } from "../remote/address.js";
import { kindOfDataset } from "./kinds.js";
import { parseMemoryLimit } from "./memory-limit.js";
import type { NodataByColumn } from "./dataset-keys.js";
import type { DatasetSettings, Settings } from "./schema.js";
import {
  checkNames,
  type CheckConfig,
  type CheckName,
  type Config,
  type DatasetConfig,
  type ExportFormat,
  type GridConfig,
  type MaskConfig,
  type MemoryLimit,
  type MethodChoice,
  type PointsConfig,
  type TimeConfig,
} from "./types.js";
import { weightOf } from "./weights.js";

/**
 * Converts checked settings to the form that the pipeline uses: names in camel case, absolute paths, aliases
 * resolved.
 */
export function toConfig(settings: Settings, file: string, experiment: string): Config {
  const absolute = (path: string): string =>
    isAddress(path) ? toAddress(path) : resolve(dirname(file), path);
  const datasets = Object.entries(settings.datasets).flatMap(([name, dataset]) => {
    const own = toDataset(dataset, dataset.path === undefined ? "" : absolute(dataset.path), absolute);
    return dataset.weights === undefined
      ? [[name, own] as const]
      : [[name, own] as const, [weightOf(name), toWeight(own)] as const];
  });
  const { resampling, merge, export: output, memory, mask, cells, points } = settings;
  const backend = toPart(memory.backend);
  return {
    file,
    experiment,
    grid: toGrid(settings.grid, absolute),
    datasets: Object.fromEntries(datasets),
    ...(mask ? { mask: toMask(mask, absolute) } : {}),
    ...(cells ? { cells } : {}),
    ...(points ? { points: toPoints(points) } : {}),
    resampling: { windowSize: resampling.window_size },
    merge: {
      join: merge.join,
      enableStreaming: merge.enable_streaming,
      streamingChunkSize: merge.streaming_chunk_size,
    },
    export: {
      formats: output.formats.map(toPart),
      compress: output.compress,
      chunkSize: output.chunk_size,
      directory: absolute(output.directory ?? `output/${experiment}`),
      name: output.name,
      ...(output.report ? { report: true } : {}),
    },
    memory: {
      limit: toLimit(memory.limit),
      warningThreshold: memory.warning_threshold,
      criticalThreshold: memory.critical_threshold,
      recoveryThreshold: memory.recovery_threshold,
      intervalMs: memory.interval_ms,
      backend: backend.use,
      ...(Object.keys(backend.options).length > 0 ? { backendOptions: backend.options } : {}),
    },
    prediction: settings.prediction,
    plugins: settings.plugins ?? [],
    ...(settings.threads === undefined ? {} : { threads: settings.threads }),
    ...(settings.offline ? { offline: true } : {}),
  };
}

function toGrid(grid: Settings["grid"], absolute: (path: string) => string): GridConfig {
  const { resolution, like } = grid;
  return defined({
    crs: toCrs(grid.crs),
    resolution: typeof resolution === "number" ? ([resolution, resolution] as const) : resolution,
    bounds: grid.bounds,
    like: like === undefined ? undefined : absolute(like),
  });
}

function toMask(
  { path, crs, ...rest }: NonNullable<Settings["mask"]>,
  absolute: (path: string) => string,
): MaskConfig {
  return defined({ path: absolute(path), ...rest, crs: toCrs(crs) });
}

function toPoints({ background, folds, ...rest }: NonNullable<Settings["points"]>): PointsConfig {
  const from = background?.from;
  return defined({
    ...rest,
    values: rest.values ?? "cell",
    background: background
      ? defined({
          count: background.count,
          seed: background.seed ?? 0,
          targetGroup: typeof from === "object" ? from.target_group : undefined,
          allowPresence: background.allow_presence ?? false,
          weight: background.weight ?? "cell",
        })
      : undefined,
    folds: folds ? { ...folds, seed: folds.seed ?? 0 } : undefined,
  });
}

function toDataset(
  dataset: DatasetSettings,
  path: string,
  absolute: (path: string) => string,
): DatasetConfig {
  const {
    resample,
    crs,
    x,
    y,
    nodata,
    checks,
    classes,
    derived_dataset: derivedDataset,
    min_records: minRecords,
    time,
    weights: _weights,
    ...rest
  } = dataset;
  const methods = Array.isArray(resample) ? resample.map(toMethod) : undefined;
  const method = resample === undefined || Array.isArray(resample) ? undefined : toMethod(resample);
  const kind =
    dataset.sql === undefined ? (dataset.kind ?? kindOfDataset({ ...dataset, path }) ?? "raster") : "query";
  return defined({
    ...rest,
    ...toNodata(nodata, kind),
    checks: toChecks(checks, absolute),
    classes: toClasses(classes),
    derivedDataset,
    minRecords,
    path,
    kind,
    resample: method?.use,
    resampleMethods: methods,
    time: time && toTime(time),
    resampleOptions: method && Object.keys(method.options).length > 0 ? method.options : undefined,
    crs: toCrs(crs),
    x: x ?? "decimalLongitude",
    y: y ?? "decimalLatitude",
    ...defaultMeasure(dataset, kind),
  });
}

/** The dataset of the weights that belong to the values of another. */
function toWeight({ fill: _fill, ...dataset }: DatasetConfig): DatasetConfig {
  return { ...dataset, measure: "weight" };
}

function toMethod(written: string | { use: string; [option: string]: unknown }): MethodChoice {
  const { use, options } = toPart(written);
  return { use: use === "nearest" ? "near" : use, options };
}

function toTime({
  from,
  to,
  by,
  statistic,
  then,
  complete,
}: NonNullable<DatasetSettings["time"]>): TimeConfig {
  return defined({
    from: from === undefined ? undefined : yearText(from),
    to: to === undefined ? undefined : yearText(to),
    by,
    statistic: statistic ?? "mean",
    then,
    complete: complete ?? false,
  });
}

/** YAML reads a year as a number. */
function yearText(date: string | number): string {
  return typeof date === "number" ? String(date).padStart(4, "0") : date;
}

/** Names with lists of classes. */
function toClasses(classes: DatasetSettings["classes"]): DatasetConfig["classes"] {
  if (classes === undefined) return undefined;
  const lists = Object.entries(classes).map(([name, given]) => {
    return [name, typeof given === "number" ? [given] : given] as const;
  });
  return Object.fromEntries(lists);
}

/** Checks that are off are left out. */
function toChecks(
  checks: DatasetSettings["checks"],
  absolute: (path: string) => string,
): DatasetConfig["checks"] {
  if (checks === undefined || typeof checks === "string") return checks;
  const on = checkNames.flatMap((name): [CheckName, CheckConfig][] => {
    const written = checks[name] as Then | WrittenCheck | undefined;
    const check: WrittenCheck =
      typeof written === "string" ? { then: written } : (written ?? { then: "off" });
    const { then = "flag", path, min_places: minPlaces, ...options } = check;
    if (then === "off") return [];
    const renamed = defined({ path: path === undefined ? undefined : absolute(path), minPlaces });
    return [[name, { then, ...renamed, ...options }]];
  });
  return Object.fromEntries(on);
}

type Then = "flag" | "drop" | "off";

/** A check with the options of any. */
type WrittenCheck = Omit<CheckConfig, "then" | "minPlaces"> & { then?: Then; min_places?: number };

/** A number for a raster; for a table also a list, or both by column. */
function toNodata(nodata: DatasetSettings["nodata"], kind: DatasetConfig["kind"]): Partial<DatasetConfig> {
  if (nodata === undefined) return {};
  if (kind !== "occurrences") return nodata === null || typeof nodata === "number" ? { nodata } : {};
  const list = (values: number | readonly number[] | undefined): readonly number[] =>
    typeof values === "number" ? [values] : (values ?? []);
  if (nodata === null || typeof nodata === "number" || Array.isArray(nodata))
    return { nodataValues: { x: [], y: [], value: list(nodata ?? undefined) } };
  const { x, y, value } = nodata as NodataByColumn;
  return { nodataValues: { x: list(x), y: list(y), value: list(value) } };
}

function defaultMeasure(dataset: DatasetSettings, kind: DatasetConfig["kind"]): Partial<DatasetConfig> {
  if (kind === "raster" || kind === "query") return {};
  if (kind === "occurrences") return { measure: dataset.measure ?? "records" };
  const counted = dataset.species !== undefined && dataset.expand === undefined;
  const measure = dataset.measure ?? (counted ? "species" : "presence");
  return { measure, rule: dataset.rule ?? (measure === "coverage" ? "coverage" : "centre") };
}

function toCrs(crs: string | number | undefined): string | undefined {
  return typeof crs === "number" ? `EPSG:${crs}` : crs?.trim();
}

/** A part by name, with its options if it has any. */
export function toPart(part: string | { use: string; [option: string]: unknown }): ExportFormat {
  if (typeof part === "string") return { use: part, options: {} };
  const { use, ...options } = part;
  return { use, options };
}

function toLimit(text: string): MemoryLimit {
  const limit = parseMemoryLimit(text);
  if (!limit) throw new RangeError(`memory limit ${text}`);
  return limit;
}

/** The object without its undefined properties. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
