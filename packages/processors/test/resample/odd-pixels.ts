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

const integers = { uint8: [0, 255], int16: [-32768, 32767] } as const;

/** The same for methods that compare values: pixels of a type, few of them different, with zeros of either sign. */
export const typedCases = {
  type: fc.constantFrom("float32" as const, "float64" as const, "uint8" as const, "int16" as const),
  /** How many different values there are, apart from special ones. */
  different: fc.constantFrom(2, 5, 100, Infinity),
  specials: pixelCases.specials,
  seed: pixelCases.seed,
};

type Typed = {
  readonly [K in keyof typeof typedCases]: (typeof typedCases)[K] extends fc.Arbitrary<infer T> ? T : never;
};

export function typedPixels({ type, different, specials, seed }: Typed, count: number): RasterData {
  const data = oddPixels({ single: type !== "float64", specials, seed }, count);
  const lowest = different === 5 ? 0 : -1;
  const values = data.map((value, i) => {
    if (different === Infinity || value === 0 || value < -30 || value > 70) return value;
    const few = Math.floor(((value + 30) * different) / 100) + lowest;
    return few === 0 && seed[(3 * i) % length]! < 0.5 ? -0 : few;
  });
  if (type !== "uint8" && type !== "int16") return values;
  const [least, greatest] = integers[type];
  return values.map((value) => Math.min(greatest, Math.max(least, Math.round(value))) + 0);
}
