const zero = 0x30;
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Where {@link readNumber} has stopped. */
export const reader = { at: 0 };

/**
 * Reads a number of JSON at `reader.at`, and moves that behind it; NaN if there is none. Digits that make a whole number below
 * 2^53, times or by a power of ten up to 1e22, give the nearest double with a single rounding; all others go through Number.
 */
export function readNumber(bytes: Uint8Array, end: number): number {
  const from = reader.at;
  let at = from;
  const negative = bytes[at] === 0x2d;
  if (negative) at++;
  let digits = 0;
  let mantissa = 0;
  let decimals = 0;
  let byte = 0;
  const first = at;
  for (; at < end; at++) {
    byte = bytes[at]!;
    if (byte < zero || byte > 0x39) break;
    mantissa = mantissa * 10 + byte - zero;
    if (mantissa > 0) digits++;
  }
  if (at === first) return NaN;
  if (byte === 0x2e && at < end) {
    const point = at++;
    for (; at < end; at++) {
      byte = bytes[at]!;
      if (byte < zero || byte > 0x39) break;
      mantissa = mantissa * 10 + byte - zero;
      if (mantissa > 0) digits++;
    }
    decimals = at - point - 1;
    if (decimals === 0) return NaN;
  }
  const isPlain = at === end || (byte !== 0x65 && byte !== 0x45);
  if (isPlain && digits <= 15 && decimals <= 22) {
    reader.at = at;
    const value = mantissa / powers[decimals]!;
    return negative ? -value : value;
  }
  while (at < end && isNumeric(bytes[at]!)) at++;
  reader.at = at;
  return Number(String.fromCharCode(...bytes.subarray(from, at)));
}

function isNumeric(byte: number): boolean {
  return (
    (byte >= zero && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45 ||
    byte === 0x65
  );
}
