import type { DataType } from "@quadrat/core/base";
import { Damaged } from "../fault.js";
import { byteCodec, supportedCodecs, type ByteCodec } from "./codecs.js";
import { asLengths, asNames, asObject, attributesOf, type Json } from "./json.js";
import { fillOf, type ArrayMetadata, type Encoding } from "./metadata.js";

const types: readonly string[] = [
  ...(["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const),
  ...(["float32", "float64"] as const),
] satisfies readonly DataType[];

/** Reads the `zarr.json` of an array. */
export function readVersion3(json: Json): ArrayMetadata {
  const shape = asLengths(json["shape"], "shape", 0);
  const grid = asObject(json["chunk_grid"], "chunk_grid");
  if (grid["name"] !== "regular") throw new Damaged(`chunk_grid is ${String(grid["name"])}, not regular`);
  const outer = asLengths(asObject(grid["configuration"], "chunk_grid")["chunk_shape"], "chunk_shape", 1);
  if (outer.length !== shape.length) throw new Damaged("chunk_shape and shape have different lengths");
  const dtype = typeof json["data_type"] === "string" ? json["data_type"] : "a structure";
  const type = dtype === "bool" ? "uint8" : types.includes(dtype) ? (dtype as DataType) : undefined;
  const found = readCodecs(json["codecs"], shape.length);
  const attributes = attributesOf(asObject(json["attributes"] ?? {}, "attributes"));
  const fill = attributes.get("_FillValue");
  // xarray writes numbers that JSON does not have as the bytes of a double in base64.
  if (typeof fill === "string" && /^[\w+/]{11}=$/.test(fill))
    attributes.set("_FillValue", [Buffer.from(fill, "base64").readDoubleLE()]);
  const { shard } = found;
  const sharding = shard && {
    shape: outer,
    index: readCodecs(shard["index_codecs"], shape.length + 1).encoding,
    indexAtEnd: shard["index_location"] !== "start",
  };
  const inner = shard && readCodecs(shard["codecs"], shape.length);
  const chunk = shard ? asLengths(shard["chunk_shape"], "chunk_shape of the shards", 1) : outer;
  if (chunk.length !== outer.length || chunk.some((length, d) => outer[d]! % length !== 0))
    throw new Damaged("its shards are not made of whole chunks");
  if (inner?.shard) throw new Damaged("shards in shards are not supported");
  return {
    shape,
    chunk,
    type,
    typeName: type ?? (dtype === "string" ? "text" : dtype),
    fill: fillOf(type === undefined ? null : json["fill_value"], type),
    fillIsMissing: false,
    encoding: inner?.encoding ?? found.encoding,
    sharding,
    unreadable: inner?.unreadable ?? found.unreadable,
    keyOf: keyEncoding(asObject(json["chunk_key_encoding"] ?? { name: "default" }, "chunk_key_encoding")),
    dimensionNames: asNames(json["dimension_names"], shape.length),
    attributes,
  };
}

function keyEncoding({ name, configuration }: Json): (index: readonly number[]) => string {
  const { separator } = asObject(configuration ?? {}, "chunk_key_encoding");
  if (name === "v2") {
    const between = separator === "/" ? "/" : ".";
    return (index) => (index.length === 0 ? "0" : index.join(between));
  }
  if (name !== "default") throw new Damaged(`chunk_key_encoding is ${String(name)}`);
  const between = separator === "." ? "." : "/";
  return (index) => ["c", ...index].join(between);
}

interface Codecs {
  readonly encoding: Encoding;
  readonly shard: Json | undefined;
  readonly unreadable: string | undefined;
}

function readCodecs(value: unknown, rank: number): Codecs {
  if (!Array.isArray(value)) throw new Damaged("codecs is not a list");
  const codecs: ByteCodec[] = [];
  let order: readonly number[] | undefined;
  let littleEndian = true;
  let shard: Json | undefined;
  let unreadable: string | undefined;
  for (const entry of value as unknown[]) {
    const { name, configuration } = typeof entry === "string" ? { name: entry } : asObject(entry, "a codec");
    const options = asObject(configuration ?? {}, "the configuration of a codec");
    if (name === "bytes") littleEndian = options["endian"] !== "big";
    else if (name === "transpose") order = transposed(options["order"], rank, order);
    else if (name === "sharding_indexed" && codecs.length === 0 && !order) shard = options;
    else {
      const codec = byteCodec(String(name), options);
      if (codec) codecs.push(codec);
      else
        unreadable ??= `it is stored with the codec ${String(name)}, which is not supported: bytes, transpose, sharding_indexed, ${supportedCodecs.join(", ")} are`;
    }
  }
  if (shard && codecs.length > 0) unreadable ??= "its shards are packed, which is not supported";
  return { encoding: { order, littleEndian, codecs }, shard, unreadable };
}

function transposed(value: unknown, rank: number, before: readonly number[] | undefined): readonly number[] {
  const order = asLengths(value, "the order of a transpose", 0);
  if (order.length !== rank || new Set(order).size !== rank || order.some((d) => d >= rank))
    throw new Damaged(`the order of a transpose is ${order.join(", ")}`);
  return before ? order.map((d) => before[d]!) : order;
}
