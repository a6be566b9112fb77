import type { Affine } from "@quadrat/core/base";
import { runSteps } from "../chain.js";
import type { Crs } from "../crs.js";
import { toGeographic } from "../steps.js";
import { degree } from "../units.js";
import type { Box } from "./operations.js";

/** Samples along each side. */
const samples = 33;
/** Degrees between neighbours, of samples that go round the whole globe. */
const wholeGlobe = 15;

/** The longitudes and latitudes that cells cover, on their own datum; undefined if they cover none. */
export function placeOf(
  { width, height, affine }: { readonly width: number; readonly height: number; readonly affine: Affine },
  crs: Crs,
): Box | undefined {
  const { a, b, c, d, e, f } = affine;
  const xs = new Float64Array(samples * samples);
  const ys = new Float64Array(samples * samples);
  for (let i = 0; i < xs.length; i++) {
    const column = ((i % samples) / (samples - 1)) * width;
    const row = (Math.floor(i / samples) / (samples - 1)) * height;
    xs[i] = a * column + b * row + c;
    ys[i] = d * column + e * row + f;
  }
  runSteps(toGeographic(crs.definition), xs, ys, xs.length);
  const sound = [...xs.keys()].filter((i) => Number.isFinite(xs[i]!) && Number.isFinite(ys[i]!));
  if (sound.length === 0) return undefined;
  const latitudes = sound.map((i) => ys[i]! / degree);
  const [west, east] = narrowest(sound.map((i) => xs[i]! / degree));
  return [west, Math.min(...latitudes), east, Math.max(...latitudes)];
}

/** The shortest arc that holds all longitudes; across the antimeridian its west is greater than its east. */
function narrowest(longitudes: readonly number[]): readonly [west: number, east: number] {
  const sorted = longitudes.map((value) => value - 360 * Math.round(value / 360)).sort((a, b) => a - b);
  let widest = sorted[0]! + 360 - sorted.at(-1)!;
  let after = 0;
  for (let i = 1; i < sorted.length; i++) {
    const gap = sorted[i]! - sorted[i - 1]!;
    if (gap > widest) [widest, after] = [gap, i];
  }
  if (widest < wholeGlobe) return [-180, 180];
  return [sorted[after]!, sorted.at(after - 1)!];
}
