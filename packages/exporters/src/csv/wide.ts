const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
/** Integers of less than 2^53 have upper words of less than this. */
const SAFE = 2 ** 21;

/** Fills in 64-bit integers as doubles, as long as all of them fit; returns whether they do. */
export function loadWide(values: BigInt64Array | BigUint64Array, cells: Float64Array): boolean {
  const { buffer, byteOffset, length } = values;
  const lows = new Uint32Array(buffer, byteOffset, 2 * length);
  const highs =
    values instanceof BigInt64Array
      ? new Int32Array(buffer, byteOffset, 2 * length)
      : new Uint32Array(buffer, byteOffset, 2 * length);
  for (let i = 0; i < length; i++) {
    const high = highs[2 * i + 1 - LOW]!;
    if (high >= SAFE || high < -SAFE) return false;
    cells[i] = high * 0x1_0000_0000 + lows[2 * i + LOW]!;
  }
  return true;
}
