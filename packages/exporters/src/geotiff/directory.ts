/** TIFF's types of fields. */
const types = { ascii: 2, short: 3, long: 4, double: 12, long8: 16 } as const;
const typeBytes: Readonly<Record<keyof typeof types, number>> = {
  ascii: 1,
  short: 2,
  long: 4,
  double: 8,
  long8: 8,
};

export interface Field {
  readonly tag: number;
  /** `offset` is 4 bytes wide, or 8 in a BigTIFF. */
  readonly type: "ascii" | "short" | "long" | "double" | "offset";
  readonly values: ArrayLike<number>;
}

/** A field of text, with the zero at its end. */
export function textField(tag: number, text: string): Field {
  return { tag, type: "ascii", values: new TextEncoder().encode(`${text}\0`) };
}

interface Shape {
  readonly entry: number;
  readonly count: number;
  readonly inline: number;
}

function shapeOf(big: boolean): Shape {
  return big ? { entry: 20, count: 8, inline: 8 } : { entry: 12, count: 2, inline: 4 };
}

function typeOf({ type }: Field, big: boolean): keyof typeof types {
  return type === "offset" ? (big ? "long8" : "long") : type;
}

/** The size of a directory with the values that do not fit into it, a multiple of 8. */
export function directoryBytes(fields: readonly Field[], big: boolean): number {
  const { entry, count, inline } = shapeOf(big);
  const values = fields.map((field) => field.values.length * typeBytes[typeOf(field, big)]);
  const outside = values.filter((bytes) => bytes > inline).reduce((sum, bytes) => sum + even(bytes), 0);
  return even(count + fields.length * entry + inline) + outside;
}

/** The bytes of a directory that begins at `position`, followed by its values; fields must ascend by their tags. */
export function writeDirectory(
  fields: readonly Field[],
  position: number,
  next: number,
  big: boolean,
): Uint8Array {
  const { entry, count, inline } = shapeOf(big);
  const bytes = new Uint8Array(directoryBytes(fields, big));
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number, width: number): void => {
    if (width === 8) view.setBigUint64(at, BigInt(value), true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
  };
  put(0, fields.length, count);
  let at = count;
  let outside = even(count + fields.length * entry + inline);
  for (const field of fields) {
    const type = typeOf(field, big);
    const width = typeBytes[type];
    const { tag, values } = field;
    const length = values.length * width;
    put(at, tag, 2);
    put(at + 2, types[type], 2);
    put(at + 4, values.length, inline);
    let to = at + 4 + inline;
    if (length > inline) {
      put(to, position + outside, inline);
      to = outside;
      outside += even(length);
    }
    for (let i = 0; i < values.length; i++, to += width) {
      if (type === "double") view.setFloat64(to, values[i]!, true);
      else if (type === "ascii") bytes[to] = values[i]!;
      else put(to, values[i]!, width);
    }
    at += entry;
  }
  put(at, next, inline);
  return bytes;
}

function even(bytes: number): number {
  return 8 * Math.ceil(bytes / 8);
}
