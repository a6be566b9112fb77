import { createDeflate, deflateBound } from "../gzip/deflate.js";

const headerBytes = 2;
const trailerBytes = 4;

/** The maximum size of the data that {@link createZlib}'s function makes of so many bytes. */
export function zlibBound(length: number): number {
  return headerBytes + deflateBound(length) + trailerBytes;
}

/** A function that writes bytes as zlib data (RFC 1950) at the start of `out`, and returns their length. */
export function createZlib(): (input: Uint8Array, out: Uint8Array) => number {
  const deflate = createDeflate();
  return (input, out) => {
    out[0] = 0x78;
    out[1] = 0x9c;
    const end = deflate(input, out, headerBytes);
    new DataView(out.buffer, out.byteOffset + end, trailerBytes).setUint32(0, adler32(input));
    return end + trailerBytes;
  };
}

/** The sums stay below 2^31, in which integers are added without a detour, for so many bytes. */
const safely = 3800;

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let from = 0; from < bytes.length; from += safely) {
    const to = Math.min(bytes.length, from + safely);
    for (let i = from; i < to; i++) {
      a = (a + bytes[i]!) | 0;
      b = (b + a) | 0;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return b * 65_536 + a;
}
