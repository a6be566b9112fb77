import { kernels } from "@quadrat/kernels";
import type { ValueRules } from "./values.js";

/** Scales `count` stored values from `start` on into `out` from `at` on. */
export type ShortScaler = (
  samples: Int16Array | Uint16Array,
  start: number,
  count: number,
  out: Float64Array,
  at: number,
) => void;

/** The number of values that the kernel has room for. */
const chunk = 1 << 13;

/** Scaling by the kernel, to the same bits; undefined if it does not know the rules. */
export function shortScaler({
  stored,
  missing,
  least,
  greatest,
  scaling,
}: ValueRules): ShortScaler | undefined {
  if (!scaling || (stored !== "int16" && stored !== "uint16")) return undefined;
  const isSigned = stored === "int16";
  const [smallest, largest] = isSigned ? [-32768, 32767] : [0, 65535];
  const possible = missing.filter(
    (value) => Number.isInteger(value) && value >= smallest && value <= largest,
  );
  const low = Math.max(smallest, Math.ceil(least));
  const high = Math.min(largest, Math.floor(greatest));
  const [first = outOf(low, high, smallest, largest), second = first] = possible;
  // NaN as a bound excludes nothing; bounds that exclude everything are not worth a kernel.
  if (!(low <= high) || possible.length > 2 || first === undefined || second === undefined) return undefined;
  const { scale, offset } = scaling;
  const k = kernels();
  const scaleChunk = isSigned ? k.scaleSignedShorts : k.scaleUnsignedShorts;
  const Shorts = isSigned ? Int16Array : Uint16Array;
  const room = k.arena.view<Int16Array | Uint16Array>(Shorts, k.storedShorts.value, chunk);
  const results = k.arena.view(Float64Array, k.scaledShorts.value, chunk);
  return (samples, start, count, out, at) => {
    for (let done = 0; done < count; done += chunk) {
      const length = Math.min(chunk, count - done);
      room().set(samples.subarray(start + done, start + done + length));
      scaleChunk(length, scale, offset, first, second, low, high);
      out.set(length === chunk ? results() : results().subarray(0, length), at + done);
    }
  };
}

/** A number that the bounds exclude anyway, for rules in which none is missing. */
function outOf(low: number, high: number, smallest: number, largest: number): number | undefined {
  if (low > smallest) return smallest;
  return high < largest ? largest : undefined;
}
