import { writeDecimal, writeInfinity } from "./decimal.js";

const MINUS = 45;

/**
 * Writes the shortest decimal that reads back to the same float32 and returns the position after it, in exact arithmetic. It
 * serves the values that the kernel declines because float64 does not decide them: powers of two, values below 2^-126, and a
 * few others in a million.
 */
export function writeFloat32(out: DataView, at: number, value: number): number {
  if (value < 0) out.setUint8(at++, MINUS);
  const size = Math.abs(value);
  if (size === Infinity) return writeInfinity(out, at);
  const { digits, point } = shortestFloat32(size);
  return writeDecimal(out, at, Number(digits.padEnd(9, "0")), 0, digits.length, point);
}

const view = new DataView(new ArrayBuffer(4));

/** The digits of a decimal, without trailing zeros, and the place of the point before the first of them. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/**
 * The shortest decimal that reads back to the same positive, finite float32, the closest of these to its value,
 * and the even one of two equally close; in exact arithmetic, straight from the definition.
 */
export function shortestFloat32(value: number): Decimal {
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const field = bits >>> 23;
  const fraction = bits & 0x7fffff;
  const mantissa = BigInt(field === 0 ? fraction : fraction + 0x800000);
  const exponent = BigInt(Math.max(field, 1) - 152);
  // In quarters of the gap above, since the gap below a power of two is half as wide.
  const below = 4n * mantissa - (fraction === 0 && field > 1 ? 1n : 2n);
  const above = 4n * mantissa + 2n;
  const closed = mantissa % 2n === 0n;

  const point = Number(value.toExponential().split("e")[1]) + 1;
  for (let count = 1; ; count++) {
    // Candidates are multiples of 10^power; both sides are integers when multiplied by these.
    const power = BigInt(point - count);
    const up = (exponent > 0n ? 1n << exponent : 1n) * (power < 0n ? 10n ** -power : 1n);
    const down = (exponent < 0n ? 1n << -exponent : 1n) * (power > 0n ? 10n ** power : 1n);
    const inside = (candidate: bigint): boolean => {
      const scaled = candidate * down;
      if (closed) return scaled >= below * up && scaled <= above * up;
      return scaled > below * up && scaled < above * up;
    };
    const floor = (4n * mantissa * up) / down;
    const past = 2n * (4n * mantissa * up - floor * down) - down;
    const closest = past < 0n || (past === 0n && floor % 2n === 0n) ? floor : floor + 1n;
    const found = [closest, 2n * floor + 1n - closest].find(
      (candidate) => candidate > 0n && inside(candidate),
    );
    if (found !== undefined) {
      const digits = found.toString();
      return { digits: digits.replace(/0+$/, ""), point: point + digits.length - count };
    }
  }
}
