import type { DataType } from "@quadrat/core/base";
import { Damaged } from "../fault.js";
import { byteCodec, supportedCodecs, type ByteCodec } from "./codecs.js";
import { asLengths, asNames, asObject, attributesOf, type Json } from "./json.js";
import { fillOf, type ArrayMetadata } from "./metadata.js";

const types: Readonly<Record<string, DataType>> = {
  b1: "uint8",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f4: "float32",
  f8: "float64",
};

/** Reads `.zarray` and `.zattrs`. */
export function readVersion2(array: Json, attrs: Json): ArrayMetadata {
  if (array["zarr_format"] !== 2)
    throw new Damaged(`.zarray has zarr_format ${String(array["zarr_format"])}`);
  const shape = asLengths(array["shape"], "shape", 0);
  const chunk = asLengths(array["chunks"], "chunks", 1);
  if (chunk.length !== shape.length) throw new Damaged("chunks and shape have different lengths");
  const dtype = typeof array["dtype"] === "string" ? array["dtype"] : "a structure";
  const [, byteOrder, code] = /^([<>|])([a-z]\d)$/i.exec(dtype) ?? [];
  const type = code === undefined ? undefined : types[code];
  const separator = array["dimension_separator"] === "/" ? "/" : ".";
  const codecs: ByteCodec[] = [];
  let unreadable: string | undefined;
  const filters: unknown[] = Array.isArray(array["filters"]) ? array["filters"] : [];
  const compressor = array["compressor"];
  for (const entry of [
    ...filters,
    ...(compressor === null || compressor === undefined ? [] : [compressor]),
  ]) {
    const configuration = asObject(entry, "a codec");
    const id = String(configuration["id"]);
    const codec = byteCodec(id, configuration);
    if (codec) codecs.push(codec);
    else
      unreadable ??= `it is stored with the codec ${id}, which is not supported: ${supportedCodecs.join(", ")} are`;
  }
  const attributes = attributesOf(attrs);
  attributes.delete("_ARRAY_DIMENSIONS");
  return {
    shape,
    chunk,
    type,
    typeName: type ?? (/^[<>|]?[SUO]/.test(dtype) ? "text" : dtype),
    fill: fillOf(type === undefined ? null : array["fill_value"], type),
    fillIsMissing: array["fill_value"] !== null && array["fill_value"] !== undefined,
    encoding: {
      order: array["order"] === "F" ? shape.map((_, d) => shape.length - 1 - d) : undefined,
      littleEndian: byteOrder !== ">",
      codecs,
    },
    sharding: undefined,
    unreadable,
    keyOf: (index) => (index.length === 0 ? "0" : index.join(separator)),
    dimensionNames: asNames(attrs["_ARRAY_DIMENSIONS"], shape.length),
    attributes,
  };
}
