import type { PackedMap, PageColumn, PageData } from "../page-types.js";

/** The values of a column's map, unpacked when they are first asked for. */
export interface MapValues {
  /** NaN where there is none. */
  readonly values: Float32Array | Float64Array;
  readonly why: Uint8Array | undefined;
}

const unpacked = new WeakMap<PackedMap, Promise<MapValues>>();

export function valuesOf(map: PackedMap): Promise<MapValues> {
  let found = unpacked.get(map);
  if (!found) unpacked.set(map, (found = unpack(map)));
  return found;
}

async function unpack(map: PackedMap): Promise<MapValues> {
  const bytes = await inflate(map.data);
  const why = map.why === undefined ? undefined : new Uint8Array(await inflate(map.why));
  if (map.as === "f32") return { values: new Float32Array(bytes), why };
  if (map.as === "f64") return { values: new Float64Array(bytes), why };
  const steps = new Uint16Array(bytes);
  const values = Float64Array.from(steps, (step) =>
    step === 65_535 ? NaN : map.min + (step / 65_534) * (map.max - map.min),
  );
  return { values, why };
}

async function inflate(text: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
}

/** A column whose values can be read. */
export interface MappedColumn extends Pick<PageColumn, "name" | "type" | "names" | "classes" | "missing"> {
  readonly map: PackedMap;
}

const integer = /INT$|^BOOLEAN$/;

/** A value as the outputs have it, where it is one cell's; otherwise as exactly as the page knows it. */
export function valueText(value: number, column: MappedColumn, { pixel }: PageData): string {
  const { type, map, names, classes } = column;
  if (names) return names[Math.round(value)]!;
  if (classes) return String(nearest(value, classes));
  if (pixel.cells === 1 && integer.test(type)) return String(Math.round(value));
  if (map.as === "u16") return `about ${Number(value.toPrecision(4))}`;
  if (pixel.cells > 1) return String(Number(value.toPrecision(6)));
  return map.as === "f32" ? shortestFloat(value, type) : String(value);
}

/** The class that a value stands for, which may have been kept in steps. */
function nearest(value: number, classes: NonNullable<PageColumn["classes"]>): number {
  let [found, distance] = [value, Infinity];
  for (const [one] of classes) {
    if (Math.abs(one - value) < distance) [found, distance] = [one, Math.abs(one - value)];
  }
  return found;
}

/** The shortest decimal that reads back to the same value of the column's type. */
function shortestFloat(value: number, type: string): string {
  if (type !== "FLOAT") return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}
