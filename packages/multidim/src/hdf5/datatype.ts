import type { DataType } from "@quadrat/core/base";
import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";

export type TypeClass =
  | "integer"
  | "float"
  | "time"
  | "text"
  | "bits"
  | "opaque"
  | "compound"
  | "reference"
  | "enumeration"
  | "variable-length"
  | "array"
  | "other";

export interface Datatype {
  readonly kind: TypeClass;
  readonly bytes: number;
  readonly littleEndian: boolean;
  /** For numbers in a form that processors have; undefined for all else. */
  readonly number: DataType | undefined;
  /** Of a list of variable length: of what; of texts of variable length "text". */
  readonly of?: Datatype | undefined;
}

const classes: readonly TypeClass[] = [
  ...(["integer", "float", "time", "text", "bits", "opaque", "compound", "reference"] as const),
  ...(["enumeration", "variable-length", "array"] as const),
];

const deepest = 8;

/** Reads a datatype; of those that consist of others only as much as is needed. */
export function readDatatype(bytes: Bytes, depth = 0): Datatype {
  if (depth > deepest) throw new Damaged("a datatype does not end");
  const kind = classes[bytes.u8() & 15] ?? "other";
  const flags = bytes.uint(3);
  const size = bytes.u32();
  const plain = { kind, bytes: size, littleEndian: (flags & 1) === 0, number: undefined };
  if (size === 0) throw new Damaged("a datatype has no bytes");
  if (kind === "integer") {
    const whole = bytes.u16() === 0 && bytes.u16() === 8 * size;
    return { ...plain, number: whole ? integerOf(size, (flags & 8) !== 0) : undefined };
  }
  if (kind === "float") {
    const layout = [bytes.u16(), bytes.u16(), bytes.u8(), bytes.u8(), bytes.u8(), bytes.u8(), bytes.u32()];
    const vax = (flags & 64) !== 0;
    return { ...plain, number: vax ? undefined : floatOf(layout.join(" ")) };
  }
  if (kind === "enumeration") {
    const base = readDatatype(bytes, depth + 1);
    return { ...plain, littleEndian: base.littleEndian, number: base.number };
  }
  if (kind === "variable-length") {
    const isText = (flags & 15) === 1;
    const base = readDatatype(bytes, depth + 1);
    return { ...plain, of: isText ? { ...base, kind: "text" } : base };
  }
  return plain;
}

function integerOf(size: number, isSigned: boolean): DataType | undefined {
  const all: Readonly<Record<number, readonly [DataType, DataType]>> = {
    1: ["uint8", "int8"],
    2: ["uint16", "int16"],
    4: ["uint32", "int32"],
    8: ["uint64", "int64"],
  };
  return all[size]?.[isSigned ? 1 : 0];
}

/** By the places and lengths of exponent and mantissa. */
function floatOf(layout: string): DataType | undefined {
  if (layout === "0 32 23 8 0 23 127") return "float32";
  return layout === "0 64 52 11 0 52 1023" ? "float64" : undefined;
}

/** The type in words. */
export function describeType({ kind, number, bytes, of: base }: Datatype): string {
  if (number) return number;
  if (kind === "text" || base?.kind === "text") return "text";
  return kind === "integer" || kind === "float" ? `${kind} of ${bytes} bytes in an unusual form` : kind;
}
