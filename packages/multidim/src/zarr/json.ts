import { Damaged } from "../fault.js";
import type { AttributeValue } from "../model.js";
import type { Folder } from "./folder.js";

export type Json = Readonly<Record<string, unknown>>;

/** Metadata of more bytes than this are not read. */
const longest = 64 * 2 ** 20;

export async function readJson(folder: Folder, key: string): Promise<Json | undefined> {
  const bytes = await folder.read(key, longest);
  if (!bytes) return undefined;
  const text = new TextDecoder().decode(bytes);
  try {
    return asObject(parseWithNan(text), key);
  } catch (error) {
    if (error instanceof Damaged) throw error;
    throw new Damaged(`${key} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Python writes NaN and Infinity, which JSON does not have: they become texts. */
function parseWithNan(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const strict = text.replaceAll(/(?<=[[:,]\s*)-?(?:NaN|Infinity)(?=\s*[\],}])/g, '"$&"');
    if (strict === text) throw error;
    return JSON.parse(strict) as unknown;
  }
}

export function asObject(value: unknown, what: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new Damaged(`${what} is not a mapping`);
}

/** Whole numbers, each at least `least`. */
export function asLengths(value: unknown, what: string, least: number): readonly number[] {
  const isLength = (one: unknown): boolean => Number.isSafeInteger(one) && (one as number) >= least;
  if (Array.isArray(value) && value.length <= 32 && value.every(isLength)) return value as number[];
  throw new Damaged(`${what} is ${JSON.stringify(value) ?? "missing"} instead of a list of lengths`);
}

/** A name for each dimension, if there are so many. */
export function asNames(value: unknown, count: number): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length !== count) return undefined;
  const names = (value as unknown[]).filter((name) => typeof name === "string");
  return names.length === count ? names : undefined;
}

/** Numbers and texts among attributes; others have no meaning for a raster. */
export function attributesOf(json: Json): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [name, value] of Object.entries(json)) {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((one) => typeof one === "number")) attributes.set(name, list);
    else if (list.every((one) => typeof one === "string" || typeof one === "boolean"))
      attributes.set(name, list.map(String).join(" "));
  }
  return attributes;
}
