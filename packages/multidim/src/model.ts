import type { DataType } from "@quadrat/core/base";
import type { Samples } from "./samples.js";

/** Texts of several strings are joined by spaces. Numbers are always a list. */
export type AttributeValue = string | readonly number[];
export type Attributes = ReadonlyMap<string, AttributeValue>;

export interface Dimension {
  /** Without its group. */
  readonly name: string;
  /** With its group, such as `forecast/time`: equal for the same dimension only. */
  readonly path: string;
  readonly length: number;
}

/** A variable of a file, whatever its format: elements in chunks, the last dimension varying fastest. */
export interface Variable {
  /** With its group, such as `forecast/tas`. */
  readonly path: string;
  readonly shape: readonly number[];
  /** undefined if the format gives the array no dimensions that others share. */
  readonly dimensions: readonly Dimension[] | undefined;
  /** undefined for texts and everything else that is not a number. */
  readonly type: DataType | undefined;
  /** The type in words. */
  readonly typeName: string;
  readonly attributes: Attributes;
  /** The shape of its chunks, or of parts that are cheap to read at once. */
  readonly chunkShape: readonly number[];
  /** What chunks that were never written contain, as stored. */
  readonly fill: number | bigint;
  /** Whether `fill` means "no value", as in Zarr version 2. */
  readonly fillIsMissing: boolean;
  /** Why its values can't be read, such as a codec that is not supported. */
  readonly unreadable?: string | undefined;
  /**
   * The elements of one chunk; undefined if it was never written. Chunks at the end of the first dimension that a chunk
   * does not cover may be shorter.
   * @throws Damaged or QuadratError
   */
  readChunk(index: readonly number[]): Promise<Samples | undefined>;
}

/** An open file or folder of variables. */
export interface Container {
  readonly path: string;
  /** The format in words. */
  readonly format: string;
  /** Whether values without a fill value of their own have the default one of the NetCDF library. */
  readonly netcdf: boolean;
  readonly variables: readonly Variable[];
  /** The attributes of the file itself, which are read only now. */
  attributes(): Promise<Attributes>;
  close(): Promise<void>;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path's groups, "" for the root. */
export function groupOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** A variable as people write it: with its group and a leading slash, or its bare name at the root. */
export function shownName(path: string): string {
  return path.includes("/") ? `/${path}` : path;
}

/** A variable with its dimensions, such as `tas(time, lat, lon)`. */
export function signature({ path, dimensions, shape }: Variable): string {
  const axes = dimensions?.map(({ name }) => name) ?? shape.map(String);
  return `${shownName(path)}(${axes.join(", ")})`;
}

export function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name);
  return typeof value === "string" ? value.trim() : undefined;
}

export function numbersOf(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = attributes.get(name);
  if (typeof value !== "string") return value;
  // Some writers put numbers into texts.
  const number = Number(value.trim());
  return value.trim() !== "" && Number.isFinite(number) ? [number] : undefined;
}

export function numberOf(attributes: Attributes, name: string): number | undefined {
  return numbersOf(attributes, name)?.[0];
}
