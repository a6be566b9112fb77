/*
 * Thrift's compact protocol, in which the metadata of Parquet files are written: enough of it to read any structure, change
 * it and write it back with the bytes that others would write.
 */

/** The types of fields and of elements of lists. */
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

/** A whole number of any width is a bigint; a double its eight bytes. */
export type ThriftValue = boolean | bigint | Uint8Array | ThriftList | ThriftStruct;

export interface ThriftList {
  readonly elementType: number;
  readonly items: ThriftValue[];
}

/** Fields by their numbers, in the order in which they are written. */
export type ThriftStruct = Map<number, { readonly type: number; value: ThriftValue }>;

/** The structure at the start of the bytes. @throws RangeError if they are not one */
export function readStruct(bytes: Uint8Array): ThriftStruct {
  let at = 0;
  const byte = (): number => {
    if (at >= bytes.length) throw new RangeError("a Thrift structure is cut off");
    return bytes[at++]!;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const next = byte();
      value |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
  };
  const whole = (): bigint => {
    const value = varint();
    return (value >> 1n) ^ -(value & 1n);
  };
  const take = (length: number): Uint8Array => {
    at += length;
    if (at > bytes.length) throw new RangeError("a Thrift structure is cut off");
    return bytes.subarray(at - length, at);
  };
  const value = (type: number): ThriftValue => {
    switch (type) {
      case TRUE:
      case FALSE:
        return type === TRUE;
      case BYTE:
        return BigInt(byte());
      case I16:
      case I32:
      case I64:
        return whole();
      case DOUBLE:
        return take(8);
      case BINARY:
        return take(Number(varint()));
      case LIST:
      case SET:
        return list();
      case STRUCT:
        return struct();
      default:
        throw new RangeError(`a Thrift structure has a field of type ${type}`);
    }
  };
  const list = (): ThriftList => {
    const header = byte();
    const elementType = header & 15;
    const count = header >> 4 === 15 ? Number(varint()) : header >> 4;
    // An element that is true or false has a byte of its own.
    const element = (): ThriftValue => (elementType <= FALSE ? byte() === TRUE : value(elementType));
    return { elementType, items: Array.from({ length: count }, element) };
  };
  const struct = (): ThriftStruct => {
    const fields: ThriftStruct = new Map();
    for (let id = 0, header = byte(); header !== 0; header = byte()) {
      id = header >> 4 === 0 ? Number(whole()) : id + (header >> 4);
      const type = header & 15;
      fields.set(id, { type, value: value(type) });
    }
    return fields;
  };
  return struct();
}

export function writeStruct(struct: ThriftStruct): Uint8Array {
  let bytes = new Uint8Array(65_536);
  let at = 0;
  const reserve = (more: number): void => {
    if (at + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * bytes.length, at + more));
    larger.set(bytes.subarray(0, at));
    bytes = larger;
  };
  const byte = (value: number): void => {
    reserve(1);
    bytes[at++] = value;
  };
  const varint = (value: bigint): void => {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) byte(Number(rest & 0x7fn) | 0x80);
    byte(Number(rest));
  };
  const whole = (value: bigint): void => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  const put = (value: Uint8Array): void => {
    reserve(value.length);
    bytes.set(value, at);
    at += value.length;
  };
  const write = (type: number, value: ThriftValue): void => {
    if (typeof value === "boolean") return;
    if (typeof value === "bigint") {
      if (type === BYTE) byte(Number(value));
      else whole(value);
    } else if (value instanceof Uint8Array) {
      if (type === BINARY) varint(BigInt(value.length));
      put(value);
    } else if (value instanceof Map) {
      writeFields(value);
    } else {
      writeList(value);
    }
  };
  const writeList = ({ elementType, items }: ThriftList): void => {
    byte((Math.min(items.length, 15) << 4) | elementType);
    if (items.length >= 15) varint(BigInt(items.length));
    for (const item of items) {
      if (typeof item === "boolean") byte(item ? TRUE : FALSE);
      else write(elementType, item);
    }
  };
  const writeFields = (fields: ThriftStruct): void => {
    let last = 0;
    for (const [id, { type, value }] of fields) {
      const delta = id - last;
      if (delta > 0 && delta <= 15) {
        byte((delta << 4) | type);
      } else {
        byte(type);
        whole(BigInt(id));
      }
      write(type, value);
      last = id;
    }
    byte(0);
  };
  writeFields(struct);
  return bytes.slice(0, at);
}
