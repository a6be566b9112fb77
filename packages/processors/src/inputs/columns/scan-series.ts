import { basename } from "node:path";
import {
  QuadratError,
  type CalendarDate,
  type DatasetConfig,
  type ReopenInThread,
  type StackLayer,
  type StageParts,
} from "@quadrat/core";
import { quietly } from "@quadrat/core/base";
import { placeholdersOf, type NamedFile, type TimeConfig } from "@quadrat/core/host";
import { closeInputs, openInput, type OpenFile } from "../open-input.js";
import { checkPlaceholders, dateOfFile, fileCalendar } from "./file-date.js";
import type { Step } from "./steps.js";

/** An entry whose layers are steps in time. */
export interface SeriesRequest {
  readonly name: string;
  readonly config: DatasetConfig;
  readonly time: TimeConfig;
  /** The files of a pattern; undefined: the path is that of a file. */
  readonly files: readonly NamedFile[] | undefined;
  readonly parts: StageParts;
}

/** A file of a series, and what is known of it once it is closed. */
export interface SeriesInput extends Omit<OpenFile, "source" | "name" | "config"> {
  readonly path: string;
  /** Set if it was to be kept open. */
  readonly opened: OpenFile | undefined;
  readonly reopen: ReopenInThread | undefined;
  /** The files from which its values come. */
  readonly used: readonly string[];
  /** Equal for files with the same pixels in the same places. */
  readonly geometry: string;
  /** How many consecutive steps are decoded together. */
  readonly blockLayers: number;
}

export interface ScannedSeries {
  readonly inputs: readonly SeriesInput[];
  /** In the sequence of the files. */
  readonly steps: readonly Step[];
  readonly calendar: string;
}

/**
 * Opens every file of a series once to learn its steps.
 * @param keep whether the files stay open
 */
export async function scanSeries(
  { name, config, time, files, parts }: SeriesRequest,
  keep: boolean,
): Promise<ScannedSeries> {
  const { dates, others } = files ? placeholdersOf(config.path) : { dates: [], others: [] };
  if (dates.length > 0) checkPlaceholders(dates, others);
  const inputs: SeriesInput[] = [];
  const steps: Step[] = [];
  let calendar: string | undefined;
  try {
    for (const file of files ?? [{ path: config.path, parts: [], digits: {} }]) {
      const opened = await openInput(name, { ...config, time, path: file.path }, parts);
      inputs.push(factsOf(opened, keep));
      const own = dates.length > 0 ? dateOfFile(file) : undefined;
      for (const [layer, date] of datesOf(opened, own, file.path).entries())
        steps.push({ date, file: inputs.length - 1, layer });
      calendar ??= calendarOf(opened, own);
      if (!keep) await closeInputs([opened]);
    }
  } catch (error) {
    await quietly(() => closeAll(inputs));
    throw error;
  }
  return { inputs, steps, calendar: calendar ?? fileCalendar };
}

/** Closes what was kept open. */
export function closeAll(inputs: readonly SeriesInput[]): Promise<void> {
  return closeInputs(inputs.flatMap(({ opened }) => opened ?? []));
}

function factsOf(opened: OpenFile, keep: boolean): SeriesInput {
  const { source, config, driver, files, crs, owner } = opened;
  if (source.kind === "cells") throw new Error(`${config.path} is not a raster`);
  const raster = source.kind === "stack" ? source.stack : source.raster;
  const { width, height, affine, reopen } = raster;
  return {
    ...{ path: config.path, driver, files, crs, owner, reopen },
    opened: keep ? opened : undefined,
    used: raster.files ?? files?.before.map(({ path }) => path) ?? [],
    geometry: JSON.stringify([width, height, affine, crs]),
    blockLayers: source.kind === "stack" ? (source.stack.blockLayers ?? 1) : 1,
  };
}

/** The dates of a file's layers: those of its time axis, else the one in its name. */
function datesOf(
  { source, config }: OpenFile,
  own: CalendarDate | undefined,
  path: string,
): readonly CalendarDate[] {
  const layers: readonly StackLayer[] = source.kind === "stack" ? source.stack.layers : [{}];
  const dates = layers.flatMap(({ date }) => date ?? []);
  if (layers.length === dates.length) return dates;
  if (own && layers.length === 1) return [own];
  const file = config.variable === undefined ? basename(path) : `${config.variable} in ${basename(path)}`;
  throw new QuadratError(
    "input",
    own ? `${file} has ${layers.length} layers, but its name only one date` : `${file} has no time axis`,
    {
      hint: own
        ? "choose one of them with `band:` or `select:`"
        : "for dates in file names, write placeholders into the path, such as tas_{YYYY}-{MM}.tif; without time, leave `time:` out",
      place: { file: path, key: "time" },
    },
  );
}

function calendarOf({ source }: OpenFile, own: CalendarDate | undefined): string {
  if (source.kind !== "stack" || (own && source.stack.layers[0]?.date === undefined)) return fileCalendar;
  return source.stack.calendar ?? fileCalendar;
}
