import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RasterSource, RasterStack } from "@quadrat/core/base";
import { openArrays, type ArrayOptions } from "../src/index.js";

export const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
export const fileOf = (name: string): string => `${fixtures}/files/${name}`;

export interface Expected {
  readonly layers: readonly (readonly (readonly (number | null)[])[])[];
  readonly affine?: readonly number[];
  readonly crs?: string;
  /** To the hour. */
  readonly dates?: readonly string[];
  /** x, y, and the longitude and latitude that PROJ has for them. */
  readonly points?: readonly (readonly [x: number, y: number, longitude: number, latitude: number])[];
}

/** By file and variable: what went into the files. */
export const expected = JSON.parse(readFileSync(`${fixtures}/expected.json`, "utf8")) as Readonly<
  Record<string, Readonly<Record<string, Expected>>>
>;

export function isStack(opened: RasterSource | RasterStack): opened is RasterStack {
  return "layers" in opened;
}

/** Opens a variable of a fixture, works with its layers, and closes it. */
export async function withLayers<T>(
  name: string,
  options: Partial<ArrayOptions>,
  work: (layers: readonly RasterSource[], opened: RasterSource | RasterStack) => Promise<T>,
): Promise<T> {
  const opened = await openArrays({ path: fileOf(name), scaled: true, ...options });
  try {
    const layers = isStack(opened) ? opened.layers.map((_, index) => opened.layer(index)) : [opened];
    return await work(layers, opened);
  } finally {
    await opened.close();
  }
}

/** All rows, with null for NaN. */
export async function rowsOf(layer: RasterSource): Promise<(number | null)[][]> {
  const { width, height } = layer;
  const { data } = await layer.read({ col: 0, row: 0, width, height });
  return Array.from({ length: height }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width), (value) =>
      Number.isNaN(value) ? null : value,
    ),
  );
}

export async function refusal(name: string, options: Partial<ArrayOptions> = {}): Promise<Error> {
  const error: unknown = await openArrays({ path: fileOf(name), scaled: true, ...options }).then(
    async (opened) => {
      await opened.close();
      return undefined;
    },
    (error: unknown) => error,
  );
  if (error instanceof Error) return error;
  throw new Error("it was opened");
}
