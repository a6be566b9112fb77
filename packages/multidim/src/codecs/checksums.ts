/** The checksum of HDF5's Fletcher32 filter: sums of 16-bit words, the first byte being the higher one. */
export function fletcher32(data: Uint8Array): number {
  let [low, high] = [0, 0];
  const words = data.length >> 1;
  for (let i = 0; i < words;) {
    const end = Math.min(words, i + 360);
    for (; i < end; i++) {
      low += (data[2 * i]! << 8) | data[2 * i + 1]!;
      high += low;
    }
    low = fold(low);
    high = fold(high);
  }
  if (data.length % 2 === 1) {
    low += data[data.length - 1]! << 8;
    high += low;
    low = fold(low);
    high = fold(high);
  }
  return ((fold(high) << 16) | fold(low)) >>> 0;
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/** Bob Jenkins' lookup3 of bytes, which is the checksum of HDF5's newer structures. */
export function lookup3(data: Uint8Array): number {
  let a = (0xdeadbeef + data.length) | 0;
  let [b, c] = [a, a];
  let at = 0;
  const word = (from: number): number =>
    (data[from] ?? 0) |
    ((data[from + 1] ?? 0) << 8) |
    ((data[from + 2] ?? 0) << 16) |
    ((data[from + 3] ?? 0) << 24);
  for (; data.length - at > 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = (a - c) ^ turn(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ turn(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ turn(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ turn(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ turn(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ turn(b, 4);
    b = (b + a) | 0;
  }
  if (at === data.length) return c >>> 0;
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = ((c ^ b) - turn(b, 14)) | 0;
  a = ((a ^ c) - turn(c, 11)) | 0;
  b = ((b ^ a) - turn(a, 25)) | 0;
  c = ((c ^ b) - turn(b, 16)) | 0;
  a = ((a ^ c) - turn(c, 4)) | 0;
  b = ((b ^ a) - turn(a, 14)) | 0;
  c = ((c ^ b) - turn(b, 24)) | 0;
  return c >>> 0;
}

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C, as Zarr has it. */
export function crc32c(data: Uint8Array): number {
  let value = -1;
  for (const byte of data) value = crcTable[(value ^ byte) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}
