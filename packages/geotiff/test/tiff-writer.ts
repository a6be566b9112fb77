/** One field of a made-up TIFF: its tag, TIFF type and values. */
export interface TestField {
  readonly tag: number;
  readonly type: "short" | "long" | "long8" | "double" | "ascii" | "byte";
  readonly values: readonly number[] | string;
  /** Says that there are this many values. */
  readonly count?: number;
  /** Says that the values are here. */
  readonly offset?: number;
}

export interface TestTiff {
  readonly bigTiff?: boolean;
  readonly bigEndian?: boolean;
  /** Where the next directory is. */
  readonly next?: number;
  /** Goes right behind the header, at offset 16. */
  readonly data?: Uint8Array;
  readonly fields: readonly TestField[];
}

const types = {
  byte: [1, 1],
  ascii: [2, 1],
  short: [3, 2],
  long: [4, 4],
  double: [12, 8],
  long8: [16, 8],
} as const;

/** Where the data of a made-up file starts. */
export const dataOffset = 16;

/** Writes a TIFF as it is told to, right or wrong: header, data, values, directory. */
export function makeTiff({ bigTiff = false, bigEndian = false, next = 0, data, fields }: TestTiff): Buffer {
  const little = !bigEndian;
  const parts: Uint8Array[] = [data ?? new Uint8Array(0)];
  let end = dataOffset + parts[0]!.length;
  const pad = () => {
    const gap = -end & 7;
    parts.push(new Uint8Array(gap));
    end += gap;
  };
  const inline = bigTiff ? 8 : 4;
  const entries = fields.map((field) => {
    const bytes = encode(field, little);
    if (bytes.length <= inline && field.offset === undefined) return { field, bytes };
    pad();
    const offset = field.offset ?? end;
    parts.push(bytes);
    end += bytes.length;
    return { field, bytes: pointer(offset, bigTiff, little) };
  });
  pad();
  const directory = end;
  const fieldBytes = bigTiff ? 20 : 12;
  const head = bigTiff ? 8 : 2;
  const ifd = new DataView(new ArrayBuffer(head + entries.length * fieldBytes + inline));
  if (bigTiff) ifd.setBigUint64(0, BigInt(entries.length), little);
  else ifd.setUint16(0, entries.length, little);
  for (const [i, { field, bytes }] of entries.entries()) {
    const at = head + i * fieldBytes;
    const [type] = types[field.type];
    const count = field.count ?? field.values.length + (typeof field.values === "string" ? 1 : 0);
    ifd.setUint16(at, field.tag, little);
    ifd.setUint16(at + 2, type, little);
    if (bigTiff) ifd.setBigUint64(at + 4, BigInt(count), little);
    else ifd.setUint32(at + 4, count, little);
    new Uint8Array(ifd.buffer).set(bytes, at + 4 + inline);
  }
  new Uint8Array(ifd.buffer).set(pointer(next, bigTiff, little), head + entries.length * fieldBytes);
  const header = new DataView(new ArrayBuffer(dataOffset));
  header.setUint16(0, bigEndian ? 0x4d4d : 0x4949);
  header.setUint16(2, bigTiff ? 43 : 42, little);
  if (bigTiff) header.setUint16(4, 8, little);
  new Uint8Array(header.buffer).set(pointer(directory, bigTiff, little), bigTiff ? 8 : 4);
  return Buffer.concat([new Uint8Array(header.buffer), ...parts, new Uint8Array(ifd.buffer)]);
}

function encode({ type, values }: TestField, little: boolean): Uint8Array {
  if (typeof values === "string") return Buffer.from(`${values}\0`, "latin1");
  const [, size] = types[type];
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (const [i, value] of values.entries()) {
    if (type === "short") view.setUint16(i * 2, value, little);
    else if (type === "long") view.setUint32(i * 4, value, little);
    else if (type === "double") view.setFloat64(i * 8, value, little);
    else if (type === "long8") view.setBigUint64(i * 8, BigInt(value), little);
    else view.setUint8(i, value);
  }
  return new Uint8Array(view.buffer);
}

function pointer(offset: number, bigTiff: boolean, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(bigTiff ? 8 : 4));
  if (bigTiff) view.setBigUint64(0, BigInt(offset), little);
  else view.setUint32(0, offset, little);
  return new Uint8Array(view.buffer);
}
