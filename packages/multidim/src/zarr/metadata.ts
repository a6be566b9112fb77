import type { DataType } from "@quadrat/core/base";
import { Damaged } from "../fault.js";
import type { AttributeValue } from "../model.js";
import type { ByteCodec } from "./codecs.js";

/** How a chunk became bytes. */
export interface Encoding {
  /** The dimensions in the sequence in which they are stored; undefined: as they are. */
  readonly order: readonly number[] | undefined;
  readonly littleEndian: boolean;
  readonly codecs: readonly ByteCodec[];
}

/** Many chunks in one file, with an index of theirs. */
export interface Sharding {
  /** The shape of a file's chunks together. */
  readonly shape: readonly number[];
  readonly index: Encoding;
  readonly indexAtEnd: boolean;
}

/** An array of either version. */
export interface ArrayMetadata {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly type: DataType | undefined;
  readonly typeName: string;
  readonly fill: number | bigint;
  readonly fillIsMissing: boolean;
  readonly encoding: Encoding;
  readonly sharding: Sharding | undefined;
  readonly unreadable: string | undefined;
  readonly keyOf: (index: readonly number[]) => string;
  readonly dimensionNames: readonly string[] | undefined;
  readonly attributes: Map<string, AttributeValue>;
}

/** A fill value as JSON has it, for elements of a type. */
export function fillOf(value: unknown, type: DataType | undefined): number | bigint {
  if (value === null || value === undefined || type === undefined) return 0;
  if (typeof value === "number") return type.endsWith("int64") ? BigInt(Math.trunc(value)) : value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string") {
    if (["NaN", "Infinity", "-Infinity"].includes(value)) return Number(value);
    const bits = /^0x([\da-f]{8}|[\da-f]{16})$/i.exec(value)?.[1];
    if (bits !== undefined && type.startsWith("float")) {
      const bytes = Buffer.from(bits, "hex");
      return bits.length === 8 ? bytes.readFloatBE() : bytes.readDoubleBE();
    }
  }
  throw new Damaged(`fill_value is ${JSON.stringify(value)}`);
}
