import type { DataType, RandomAccessFile } from "@quadrat/core/base";
import { Damaged } from "../fault.js";
import type { AttributeValue, Attributes } from "../model.js";
import { bytesOf, toSamples } from "../samples.js";
import { countOf } from "../shapes.js";
import { Cursor } from "./cursor.js";

export interface ClassicVariable {
  readonly name: string;
  /** Positions in the list of dimensions. */
  readonly dimensions: readonly number[];
  readonly attributes: Attributes;
  readonly type: ClassicType;
  readonly begin: number;
}

export interface ClassicHeader {
  /** 1, 2 (64-bit offsets) or 5 (64-bit data). */
  readonly version: number;
  /** The number of records; undefined if the writer did not close the file. */
  readonly records: number | undefined;
  readonly dimensions: readonly { readonly name: string; readonly length: number }[];
  /** Of the file itself. */
  readonly attributes: Attributes;
  /** The position of the dimension that records make up. */
  readonly recordDimension: number | undefined;
  readonly variables: readonly ClassicVariable[];
}

export type ClassicType = DataType | "char";

/** By their numbers in the file, from 1. */
const types: readonly (ClassicType | undefined)[] = [
  undefined,
  ...(["int8", "char", "int16", "int32", "float32", "float64", "uint8", "uint16"] as const),
  ...(["uint32", "int64", "uint64"] as const),
];

const tags = { dimension: 10, variable: 11, attribute: 12 } as const;

const mostDimensions = 1024;

/** @throws Damaged if it is not the header of a NetCDF file of version 1, 2 or 5 */
export async function readHeader(file: RandomAccessFile): Promise<ClassicHeader> {
  const cursor = new Cursor(file);
  const [c, d, f, version] = await cursor.bytes(4);
  if (c !== 0x43 || d !== 0x44 || f !== 0x46) throw new Damaged("it does not begin with CDF");
  if (version !== 1 && version !== 2 && version !== 5) throw new Damaged(`its version is ${version}`);
  if (version === 5) cursor.countBytes = 8;
  if (version !== 1) cursor.offsetBytes = 8;
  const records = await readRecords(cursor);
  const dimensions = [];
  for (let left = await list(cursor, "dimension"); left > 0; left--) {
    dimensions.push({ name: await cursor.name(), length: await cursor.count() });
  }
  const attributes = await readAttributes(cursor);
  const variables = [];
  for (let left = await list(cursor, "variable"); left > 0; left--) {
    variables.push(await readVariable(cursor, dimensions.length));
  }
  const recordDimension = dimensions.findIndex(({ length }) => length === 0);
  return {
    version,
    records,
    dimensions,
    recordDimension: recordDimension < 0 ? undefined : recordDimension,
    attributes,
    variables,
  };
}

async function readRecords(cursor: Cursor): Promise<number | undefined> {
  if (cursor.countBytes === 4) {
    const count = await cursor.uint32();
    return count === 0xffffffff ? undefined : count;
  }
  const [high, low] = [await cursor.uint32(), await cursor.uint32()];
  return high === 0xffffffff && low === 0xffffffff ? undefined : high * 2 ** 32 + low;
}

/** The number of entries of a list of the header, which may be absent. */
async function list(cursor: Cursor, what: keyof typeof tags): Promise<number> {
  const tag = await cursor.uint32();
  const count = await cursor.countOf(`${what}s`, 8);
  if (tag === tags[what] || (tag === 0 && count === 0)) return count;
  throw new Damaged(`where its ${what}s should be is something else`);
}

async function readVariable(cursor: Cursor, dimensionCount: number): Promise<ClassicVariable> {
  const name = await cursor.name();
  const rank = await cursor.countOf("dimensions of a variable", 4);
  if (rank > mostDimensions) throw new Damaged(`variable ${name} has ${rank} dimensions`);
  const dimensions: number[] = [];
  for (let i = 0; i < rank; i++) {
    const dimension = await cursor.count();
    if (dimension >= dimensionCount) throw new Damaged(`variable ${name} has a dimension that there is not`);
    dimensions.push(dimension);
  }
  const attributes = await readAttributes(cursor);
  const type = await readType(cursor);
  await cursor.count();
  return { name, dimensions, attributes, type, begin: await cursor.offset() };
}

async function readType(cursor: Cursor): Promise<ClassicType> {
  const number = await cursor.uint32();
  const type = types[number];
  if (!type) throw new Damaged(`a type in it has the number ${number}`);
  return type;
}

async function readAttributes(cursor: Cursor): Promise<Attributes> {
  const attributes = new Map<string, AttributeValue>();
  for (let left = await list(cursor, "attribute"); left > 0; left--) {
    const name = await cursor.name();
    const type = await readType(cursor);
    const size = type === "char" ? 1 : bytesOf(type);
    const count = await cursor.countOf("values of an attribute", size);
    const bytes = await cursor.padded(count * size);
    attributes.set(
      name,
      type === "char"
        ? new TextDecoder().decode(bytes).replace(/\0+$/, "")
        : Array.from<number | bigint, number>(toSamples(bytes, type, false), Number),
    );
  }
  return attributes;
}

/** Bytes of one record of a variable, or of all of it if it has none; without padding. */
export function bytesOfVariable(
  { dimensions, recordDimension }: Pick<ClassicHeader, "dimensions" | "recordDimension">,
  variable: ClassicVariable,
): number {
  const lengths = variable.dimensions
    .filter((dimension, i) => i > 0 || dimension !== recordDimension)
    .map((dimension) => dimensions[dimension]!.length);
  return countOf(lengths) * (variable.type === "char" ? 1 : bytesOf(variable.type));
}
