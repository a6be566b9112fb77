import { kernels } from "@quadrat/kernels";

/** The number of values that the kernel processes at once, a multiple of 16. */
const chunk = 1 << 14;

/**
 * Replaces NaN by zero, and sets a bit of `validity` for each remaining value.
 * @param validity a bit per value, least significant first, overwritten
 * @returns how many were NaN, and the minimum and maximum of the others; infinity and minus infinity if there are none
 */
export function separateNulls(
  values: Float32Array,
  validity: Uint8Array,
): { readonly nulls: number; readonly min: number; readonly max: number } {
  const k = kernels();
  const floats = k.arena.view(Float32Array, k.nullFloats.value, chunk)();
  const bits = k.arena.view(Uint8Array, k.nullBits.value, chunk / 8)();
  const extremes = k.arena.view(Float32Array, k.nullExtremes.value, 8)();
  extremes.fill(Number.POSITIVE_INFINITY, 0, 4);
  extremes.fill(Number.NEGATIVE_INFINITY, 4);
  let valid = 0;
  for (let from = 0; from < values.length; from += chunk) {
    const part = values.subarray(from, from + chunk);
    const groups = Math.ceil(part.length / 16);
    floats.set(part);
    floats.fill(NaN, part.length, 16 * groups);
    const count = k.separateNulls(groups);
    valid += count;
    if (count < part.length) part.set(floats.subarray(0, part.length));
    validity.set(bits.subarray(0, Math.ceil(part.length / 8)), from / 8);
  }
  return {
    nulls: values.length - valid,
    min: Math.min(...extremes.subarray(0, 4)),
    max: Math.max(...extremes.subarray(4)),
  };
}
