import type { FieldValue } from "../../feature.js";
import type { RingBuilder } from "../ring-builder.js";
import type { FlatTable } from "./flatbuffer.js";
import { columnsOf, type FlatColumn } from "./header.js";

const deepest = 32;

/** Reads a geometry, whose type is its own or else that of the header. @throws Error in words for the user */
export function readFlatGeometry(
  geometry: FlatTable | undefined,
  headerType: number,
  builder: RingBuilder,
  depth = 0,
): void {
  if (!geometry) {
    builder.other("null");
    return;
  }
  if (depth > deepest) throw new Error("geometries are nested too deeply");
  const type = geometry.byte(6) || headerType;
  if (type === 1 || type === 4) builder.other("point");
  else if (type === 2 || type === 5) builder.other("line");
  else if (type === 3) readPolygon(geometry, builder);
  else if (type === 6 || type === 7) {
    const parts = geometry.tables(7);
    if (parts.length === 0) builder.other("empty");
    for (const part of parts) readFlatGeometry(part, type === 6 ? 3 : 0, builder, depth + 1);
  } else throw new Error(`a geometry has the type ${type}, which is not a polygon with straight edges`);
}

function readPolygon(geometry: FlatTable, builder: RingBuilder): void {
  const list = geometry.doubles(1);
  if (!list || list.count === 0) {
    builder.other("empty");
    return;
  }
  const points = Math.floor(list.count / 2);
  const ends = geometry.uints(0) ?? Uint32Array.of(points);
  let from = 0;
  for (const [ring, end] of ends.entries()) {
    if (end < from || end > points) throw new Error(`a ring goes from point ${from} to ${end} of ${points}`);
    const { xs, ys } = builder.points(end - from);
    for (let i = 0, at = list.at + 16 * from; i < end - from; i++, at += 16) {
      xs[i] = geometry.view.getFloat64(at, true);
      ys[i] = geometry.view.getFloat64(at + 8, true);
    }
    builder.ring(ring === 0);
    from = end;
  }
}

/** The values of wanted columns of a feature. @throws Error in words for the user */
export function readFlatValues(
  feature: FlatTable,
  headerColumns: readonly FlatColumn[],
  wanted: readonly number[],
): FieldValue[] {
  const values = wanted.map((): FieldValue => null);
  const bytes = feature.bytes(1);
  if (!bytes || wanted.length === 0) return values;
  const own = feature.tables(2);
  const columns = own.length > 0 ? columnsOf(own) : headerColumns;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 2 <= bytes.length;) {
    const index = view.getUint16(at, true);
    at += 2;
    const column = columns[index];
    if (!column)
      throw new Error(`it has a value of column ${index + 1}, of which there are ${columns.length}`);
    const width = widths[column.stored] ?? 4 + view.getUint32(at, true);
    if (at + width > bytes.length) throw new Error(`the value of "${column.name}" ends too early`);
    const name = own.length > 0 ? headerColumns.findIndex((one) => one.name === column.name) : index;
    const place = wanted.indexOf(name);
    if (place >= 0) values[place] = valueAt(view, at, width, column);
    at += width;
  }
  return values;
}

const widths: Partial<Record<FlatColumn["stored"], number>> = {
  byte: 1,
  ubyte: 1,
  bool: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  long: 8,
  ulong: 8,
  float: 4,
  double: 8,
};

function valueAt(view: DataView, at: number, width: number, { stored }: FlatColumn): FieldValue {
  switch (stored) {
    case "byte":
      return BigInt(view.getInt8(at));
    case "ubyte":
      return BigInt(view.getUint8(at));
    case "bool":
      return view.getUint8(at) !== 0;
    case "short":
      return BigInt(view.getInt16(at, true));
    case "ushort":
      return BigInt(view.getUint16(at, true));
    case "int":
      return BigInt(view.getInt32(at, true));
    case "uint":
      return BigInt(view.getUint32(at, true));
    case "long":
      return view.getBigInt64(at, true);
    case "ulong":
      return BigInt.asIntN(64, view.getBigUint64(at, true));
    case "float":
      return view.getFloat32(at, true);
    case "double":
      return view.getFloat64(at, true);
    default:
      return stored === "binary"
        ? null
        : new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, width - 4));
  }
}
