import fc from "fast-check";
import type { RasterData } from "@quadrat/core";

const special = [NaN, NaN, NaN, 0, -0, -1e-300, 1, -7.3, 1e30, Infinity, -Infinity];
const length = 97;

/** What the pixels of a raster are made of. */
export const pixelCases = {
  single: fc.boolean(),
  /** The share of pixels that are NaN, infinite, tiny or huge. */
  specials: fc.constantFrom(0, 0.01, 0.1, 0.5, 1),
  seed: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: length,
    maxLength: length,
  }),
};

export function oddPixels(
  { single, specials, seed }: { single: boolean; specials: number; seed: readonly number[] },
  count: number,
): RasterData {
  const data = new (single ? Float32Array : Float64Array)(count);
  for (let i = 0; i < count; i++) {
    const [p, q] = [seed[i % length]!, seed[(7 * i + Math.floor(i / length)) % length]!];
    data[i] = p < specials ? special[Math.floor(q * special.length)]! : 100 * q - 30;
  }
  return data;
}
