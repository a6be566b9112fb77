import { shortestFloat32 } from "../../src/csv/float32.js";

const bits = new DataView(new ArrayBuffer(8));

export function float32OfBits(pattern: number): number {
  bits.setUint32(0, pattern);
  return bits.getFloat32(0);
}

export function float64OfBits(pattern: bigint): number {
  bits.setBigUint64(0, pattern);
  return bits.getFloat64(0);
}

/** `digits`e`exponent` of a decimal text: no point, no trailing zeros, the exponent that of the first digit. */
export function scientific(text: string): string {
  const [mantissa = "", power = "0"] = text.replace(/^-/, "").split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  const digits = all.replace(/^0+/, "");
  const exponent = Number(power) + whole.length - 1 - (all.length - digits.length);
  return `${digits.replace(/0+$/, "")}e${exponent}`;
}

/** Runs a function that writes into a byte buffer and returns the position after, and gives the text. */
export function textOf(write: (out: DataView, at: number) => number): string {
  const out = new Uint8Array(64).fill(0x7e);
  const end = write(new DataView(out.buffer), 3);
  return new TextDecoder().decode(out.subarray(3, end));
}

/** A float32's shortest decimal in ECMAScript's notation, by exact arithmetic. */
export function float32Text(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(Math.abs(value) === 0 ? 0 : value);
  const { digits, point } = shortestFloat32(Math.abs(value));
  // The double nearest to at most nine digits has them as its own shortest decimal.
  return `${value < 0 ? "-" : ""}${Number(`0.${digits}e${point}`)}`;
}
