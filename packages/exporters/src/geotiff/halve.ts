import type { SampleArray, Samples } from "./band-type.js";

/** How four pixels become one of an overview. */
export type Halving = "average" | "nearest";

/**
 * A tile at half the size. `average` is the mean of those of the four pixels that have a value, rounded to the nearest whole
 * number (halves up) for integers; `nearest` the first of them with a value, from the north-west along the rows. A pixel has none
 * if all four have none.
 */
export function halve(
  tile: SampleArray,
  size: number,
  { type, nodata }: Samples,
  way: Halving,
  out: SampleArray,
): void {
  if (way === "average" && Number.isNaN(nodata))
    return averageFloats(tile as Float64Array, size, out as Float64Array);
  const half = size / 2;
  const whole = !type.startsWith("float");
  const none = (value: number): boolean => value === nodata || value !== value;
  for (let row = 0; row < half; row++) {
    let at = 2 * row * size;
    for (let to = row * half; to < (row + 1) * half; to++, at += 2) {
      const [a, b, c, d] = [tile[at]!, tile[at + 1]!, tile[at + size]!, tile[at + size + 1]!];
      if (way === "nearest") {
        out[to] = !none(a) ? a : !none(b) ? b : !none(c) ? c : d;
        continue;
      }
      let sum = 0;
      let count = 0;
      if (!none(a)) {
        sum += a;
        count++;
      }
      if (!none(b)) {
        sum += b;
        count++;
      }
      if (!none(c)) {
        sum += c;
        count++;
      }
      if (!none(d)) {
        sum += d;
        count++;
      }
      const mean = sum / count;
      out[to] = count === 0 ? nodata : whole ? Math.floor(mean + 0.5) : mean;
    }
  }
}

/** The averages of floating-point samples whose nodata is NaN. */
function averageFloats(tile: Float64Array, size: number, out: Float64Array): void {
  const half = size / 2;
  for (let row = 0; row < half; row++) {
    let at = 2 * row * size;
    for (let to = row * half; to < (row + 1) * half; to++, at += 2) {
      const a = tile[at]!;
      const b = tile[at + 1]!;
      const c = tile[at + size]!;
      const d = tile[at + size + 1]!;
      const sum = 0 + a + b + c + d;
      out[to] = sum === sum ? sum / 4 : averageOfSome(a, b, c, d);
    }
  }
}

/** The mean of those that are not NaN; NaN if all are. */
function averageOfSome(a: number, b: number, c: number, d: number): number {
  let sum = 0;
  let count = 0;
  if (a === a) {
    sum += a;
    count++;
  }
  if (b === b) {
    sum += b;
    count++;
  }
  if (c === c) {
    sum += c;
    count++;
  }
  if (d === d) {
    sum += d;
    count++;
  }
  const mean = sum / count;
  // What a processor makes of 0 / 0 has other bits than nodata.
  return mean === mean ? mean : NaN;
}
