import { copyBits, returnBuffer, setBits, takeBuffer, takeZeros } from "@quadrat/core/base";
import { DataType, makeData, Utf8 } from "apache-arrow";
import type { Data } from "apache-arrow";

/** Memory for a column's piece: its values, then a bit for each row. */
export interface Room {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
}

/** Collects parts of one column into one piece. */
export interface ColumnBuffer {
  /** The length of a {@link Room} for its pieces; a multiple of 8. Text needs none. */
  readonly roomBytes: number;
  /** Makes the next piece use this memory instead of buffers of its own, unless it is shorter than the capacity. */
  useRoom(room: Room): void;
  /** Copies rows `[from, from + count)` of the data to row `at`, where the last call ended. */
  append(data: Data, from: number, at: number, count: number): void;
  /** Returns the first `length` rows, which must be all of them, in buffers no longer than them, and starts again at row 0. */
  take(length: number): Data;
}

/** A buffer for `capacity` rows of an integer, floating point or UTF-8 type. */
export function columnBuffer(type: DataType, capacity: number): ColumnBuffer {
  return DataType.isUtf8(type) ? textBuffer(capacity) : numberBuffer(type, capacity);
}

type Numbers = Float64Array | BigInt64Array;

interface NumbersConstructor {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Numbers;
  readonly BYTES_PER_ELEMENT: number;
}

function numberBuffer(type: DataType, capacity: number): ColumnBuffer {
  const Values = type.ArrayType as NumbersConstructor;
  const valueBytes = capacity * Values.BYTES_PER_ELEMENT;
  let room: Room | undefined;
  const allocate = (): Numbers =>
    room
      ? new Values(room.buffer, room.byteOffset, capacity)
      : new Values(takeBuffer(valueBytes), 0, capacity);
  const zero = new Values(new ArrayBuffer(Values.BYTES_PER_ELEMENT), 0, 1)[0]!;
  const validity = validityBuffer(capacity);
  let values: Numbers | undefined;
  return {
    roomBytes: wholeWords(valueBytes) + wholeWords(capacity / 8),
    useRoom(given) {
      room = given;
      const { buffer, byteOffset } = given;
      validity.use(new Uint8Array(buffer, byteOffset + wholeWords(valueBytes), Math.ceil(capacity / 8)));
    },
    append(data, from, at, count) {
      // The values of a Data already start at its offset; its validity bits do not.
      const source = data.values as Numbers;
      values ??= allocate();
      (values as Float64Array).set(source.subarray(from, from + count) as Float64Array, at);
      validity.append(data, from, at, count);
    },
    take(length) {
      const all = values ?? allocate();
      const own = length === capacity ? all : all.slice(0, length);
      if (own !== all && !room) returnBuffer(all.buffer);
      const { nullCount, nullBitmap } = validity.take(length, (row) => (own[row] = zero));
      values = room = undefined;
      return makeData({ type, length, nullCount, nullBitmap, data: own } as never);
    },
  };
}

function textBuffer(capacity: number): ColumnBuffer {
  const validity = validityBuffer(capacity);
  let bytes = new Uint8Array(capacity);
  let offsets = new Int32Array(capacity + 1);

  const put = (source: Uint8Array, at: number): void => {
    const end = offsets[at]! + source.length;
    if (end > 0x7fff_ffff) throw new RangeError("a block of text is longer than 2 GiB");
    if (end > bytes.length) {
      const larger = new Uint8Array(Math.max(end, bytes.length * 2));
      larger.set(bytes.subarray(0, offsets[at]));
      bytes = larger;
    }
    bytes.set(source, offsets[at]);
    offsets[at + 1] = end;
  };

  return {
    roomBytes: 0,
    useRoom: () => undefined,
    append(data, from, at, count) {
      const values = data.values as Uint8Array;
      const ends = data.valueOffsets as Int32Array;
      const nulls = data.nullCount > 0;
      for (let row = 0; row < count; row++) {
        if (nulls && !data.getValid(from + row)) offsets[at + row + 1] = offsets[at + row]!;
        else put(values.subarray(ends[from + row], ends[from + row + 1]), at + row);
      }
      validity.append(data, from, at, count);
    },
    take(length) {
      const { nullCount, nullBitmap } = validity.take(length);
      const data = makeData({
        type: new Utf8(),
        length,
        nullCount,
        ...(nullBitmap && { nullBitmap }),
        data: bytes.slice(0, offsets[length]),
        valueOffsets: offsets.slice(0, length + 1),
      });
      offsets = new Int32Array(capacity + 1);
      return data;
    },
  };
}

interface Validity {
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
}

function validityBuffer(capacity: number) {
  let bits: Uint8Array<ArrayBuffer> | undefined;
  let room: Uint8Array<ArrayBuffer> | undefined;
  let nulls = 0;
  const exactly = (length: number): Uint8Array | undefined =>
    length === capacity ? bits : bits?.slice(0, Math.ceil(length / 8));
  return {
    use(given: Uint8Array<ArrayBuffer>): void {
      room = given;
    },
    append(data: Data, from: number, at: number, count: number): void {
      if (data.nullCount > 0 && !bits) {
        bits = room?.fill(0) ?? takeZeros(Math.ceil(capacity / 8));
        setBits(bits, 0, at);
      }
      if (!bits) return;
      if (data.nullCount === 0) setBits(bits, at, count);
      else nulls += count - copyBits(data.nullBitmap, data.offset + from, bits, at, count);
    },
    take(length: number, visitNull?: (row: number) => void): Validity {
      const taken = { nullCount: nulls, nullBitmap: nulls > 0 ? exactly(length) : undefined };
      if (bits && !room && taken.nullBitmap !== bits) returnBuffer(bits.buffer);
      if (taken.nullBitmap && visitNull) forEachUnset(taken.nullBitmap, length, visitNull);
      bits = room = undefined;
      nulls = 0;
      return taken;
    },
  };
}

function wholeWords(bytes: number): number {
  return 8 * Math.ceil(bytes / 8);
}

function forEachUnset(bits: Uint8Array, count: number, visit: (bit: number) => void): void {
  for (let byte = 0; byte * 8 < count; byte++) {
    if (bits[byte] === 0xff) continue;
    const end = Math.min(byte * 8 + 8, count);
    for (let bit = byte * 8; bit < end; bit++) {
      if (((bits[byte]! >> (bit & 7)) & 1) === 0) visit(bit);
    }
  }
}
