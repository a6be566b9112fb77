import type { Directory, TiffContainer } from "../container/container.js";
import { fault } from "../container/fault.js";
import { readNumbers, readText } from "../container/field-values.js";
import { Tag } from "../container/tags.js";

/** GeoTIFF keys that are read, by their names in OGC 19-008r4 without the ending "GeoKey". */
export const Key = {
  ModelType: 1024,
  RasterType: 1025,
  Citation: 1026,
  GeodeticCrs: 2048,
  GeodeticCitation: 2049,
  GeodeticDatum: 2050,
  PrimeMeridian: 2051,
  AngularUnits: 2054,
  AngularUnitSize: 2055,
  Ellipsoid: 2056,
  SemiMajorAxis: 2057,
  SemiMinorAxis: 2058,
  InverseFlattening: 2059,
  PrimeMeridianLongitude: 2061,
  ToWgs84: 2062,
  ProjectedCrs: 3072,
  ProjectedCitation: 3073,
  Projection: 3074,
  ProjectionMethod: 3075,
  LinearUnits: 3076,
  LinearUnitSize: 3077,
  StandardParallel1: 3078,
  StandardParallel2: 3079,
  NaturalOriginLongitude: 3080,
  NaturalOriginLatitude: 3081,
  FalseEasting: 3082,
  FalseNorthing: 3083,
  FalseOriginLongitude: 3084,
  FalseOriginLatitude: 3085,
  FalseOriginEasting: 3086,
  FalseOriginNorthing: 3087,
  CenterLongitude: 3088,
  CenterLatitude: 3089,
  CenterEasting: 3090,
  CenterNorthing: 3091,
  ScaleAtNaturalOrigin: 3092,
  ScaleAtCenter: 3093,
  AzimuthAngle: 3094,
  StraightVerticalPoleLongitude: 3095,
  RectifiedGridAngle: 3096,
} as const;

/** The code that means a definition by further keys. */
export const userDefined = 32767;

/** The values of a file's GeoTIFF keys. */
export interface GeoKeys {
  /** The first number of a key. */
  number(key: number): number | undefined;
  numbers(key: number): readonly number[] | undefined;
  text(key: number): string | undefined;
}

/** Reads the keys of an image; undefined if it has none. */
export async function readGeoKeys(
  container: TiffContainer,
  directory: Directory,
): Promise<GeoKeys | undefined> {
  const entries = await readNumbers(container, directory, Tag.GeoKeyDirectory);
  if (!entries) return undefined;
  const { path } = container.file;
  const count = entries[3];
  if (count === undefined) throw fault(path, "GeoKeyDirectory is shorter than its header");
  if (4 + 4 * count > entries.length) {
    throw fault(path, `GeoKeyDirectory claims ${count} keys, but has only ${entries.length} numbers`);
  }
  const doubles = (await readNumbers(container, directory, Tag.GeoDoubleParams)) ?? [];
  const ascii = (await readText(container, directory, Tag.GeoAsciiParams)) ?? "";
  const numbers = new Map<number, readonly number[]>();
  const texts = new Map<number, string>();
  for (let i = 0; i < count; i++) {
    const [key, location, length, value] = entries.slice(4 + 4 * i) as [number, number, number, number];
    if (location === 0) numbers.set(key, [value]);
    else if (location === Tag.GeoDoubleParams) numbers.set(key, doubles.slice(value, value + length));
    else if (location === Tag.GeoKeyDirectory) numbers.set(key, entries.slice(value, value + length));
    else if (location === Tag.GeoAsciiParams)
      texts.set(key, ascii.slice(value, value + length).replace(/[|\0]+$/, ""));
  }
  return {
    number: (key) => numbers.get(key)?.[0],
    numbers: (key) => numbers.get(key),
    text: (key) => texts.get(key),
  };
}
