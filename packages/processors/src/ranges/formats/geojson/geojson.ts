import { open } from "node:fs/promises";
import { isQuadratError } from "@quadrat/core";
import { fileError, inputError } from "../../../tables/faults.js";
import type {
  Feature,
  FeatureReader,
  FeatureRequest,
  Field,
  FieldValue,
  FormatRequest,
} from "../../feature.js";
import { RingBuilder } from "../ring-builder.js";
import { eachKey, jsonOf } from "./bytes.js";
import { crsOfMember } from "./crs-member.js";
import { readGeometry } from "./geometry.js";
import { splitFeatures, type Slice } from "./split.js";

/** The features from which the fields and their types are taken. */
const surveyed = 1000;
const surveyedBytes = 2 ** 26;
/** The bytes at the end of the file in which `crs` is looked for. */
const tailBytes = 4096;

/** GeoJSON: a FeatureCollection, a single feature or geometry, or features by lines, of which one at a time is in memory. */
export async function openGeoJson({ path }: FormatRequest): Promise<FeatureReader> {
  const found = await survey(path);
  const { fields } = found;
  return {
    file: path,
    fields,
    crs: found.crs,
    files: [path],
    warnings: [],
    features: (request) => features(path, fields, request),
    close: () => Promise.resolve(),
  };
}

async function* features(
  file: string,
  fields: readonly Field[],
  { fields: wanted, signal }: FeatureRequest,
): AsyncGenerator<Feature> {
  const builder = new RingBuilder();
  const asked = wanted.map((index) => fields[index]!);
  let position = 0;
  for await (const slice of splitFeatures(file, signal)) {
    position++;
    builder.clear();
    const properties = inFeature(file, position, () => readFeature(slice, builder, asked.length > 0));
    const values = asked.map(({ name, type }) => fieldValue(properties[name], type));
    yield { position, ...builder.finish(), values };
  }
}

type Properties = Readonly<Record<string, unknown>>;
const noProperties: Properties = {};

/** Reads a feature or a geometry; returns its properties if they are wanted. */
function readFeature(
  { bytes, from, end }: Slice,
  builder: RingBuilder | undefined,
  withProperties: boolean,
): Properties {
  let properties: unknown;
  let isFeature = false;
  let geometry: readonly [number, number] | undefined;
  eachKey(bytes, from, end, (key, valueFrom, valueEnd) => {
    if (key === "geometry") [isFeature, geometry] = [true, [valueFrom, valueEnd]];
    else if (key === "properties" && withProperties) properties = jsonOf(bytes, valueFrom, valueEnd);
    else if (key === "type" && jsonOf(bytes, valueFrom, valueEnd) === "Feature") isFeature = true;
  });
  if (builder) {
    if (geometry) readGeometry(bytes, geometry[0], geometry[1], builder);
    else if (isFeature) builder.other("null");
    else readGeometry(bytes, from, end, builder);
  }
  return typeof properties === "object" && properties !== null ? (properties as Properties) : noProperties;
}

function inFeature<T>(file: string, position: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isQuadratError(cause)) throw cause;
    throw inputError(file, `feature ${position}: ${(cause as Error).message}`, { cause });
  }
}

function fieldValue(value: unknown, type: Field["type"]): FieldValue {
  if (value === undefined || value === null) return null;
  if (type === "VARCHAR") return typeof value === "string" ? value : JSON.stringify(value);
  if (type === "BOOLEAN") return typeof value === "boolean" ? value : null;
  return typeof value === "number" ? value : null;
}

async function survey(file: string): Promise<{ crs: string | undefined; fields: Field[] }> {
  let member: unknown;
  const types = new Map<string, Field["type"]>();
  /** Those of values that are not null. */
  const seen = new Map<string, Field["type"]>();
  const note = (key: string, value: unknown): void => {
    if (key === "crs") member = value;
  };
  let position = 0;
  let bytes = 0;
  for await (const slice of splitFeatures(file, new AbortController().signal, note)) {
    position++;
    bytes += slice.end - slice.from;
    const properties = inFeature(file, position, () => readFeature(slice, undefined, true));
    for (const [name, value] of Object.entries(properties)) {
      const type = typeOf(value);
      if (type === undefined) {
        if (!types.has(name)) types.set(name, "VARCHAR");
        continue;
      }
      const before = seen.get(name);
      seen.set(name, before === undefined || before === type ? type : "VARCHAR");
      types.set(name, seen.get(name)!);
    }
    if (position >= surveyed || bytes > surveyedBytes) break;
  }
  if (position === 0) throw inputError(file, "it has no features", { hint: "is it GeoJSON?" });
  member ??= await memberAtEnd(file);
  return { crs: crsOfMember(file, member), fields: [...types].map(([name, type]) => ({ name, type })) };
}

function typeOf(value: unknown): Field["type"] | undefined {
  if (value === null) return undefined;
  if (typeof value === "number") return "DOUBLE";
  return typeof value === "boolean" ? "BOOLEAN" : "VARCHAR";
}

/** The member `crs` of a collection that has it after its features. */
async function memberAtEnd(file: string): Promise<unknown> {
  const handle = await open(file).catch((cause: unknown) => {
    throw fileError(file, cause) ?? cause;
  });
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const tail = Buffer.alloc(length);
    await handle.read(tail, 0, length, size - length);
    const text = /\]\s*,\s*"crs"\s*:\s*(\{[^}]*\{[^}]*\}[^}]*\}|\{[^}]*\}|null)/.exec(
      tail.toString("utf8"),
    )?.[1];
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
