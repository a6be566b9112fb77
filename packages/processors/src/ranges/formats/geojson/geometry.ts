import type { RingBuilder } from "../ring-builder.js";
import { eachKey, endOfValue, jsonOf, mark, skipSpaces } from "./bytes.js";
import { reader, readNumber } from "./numbers.js";

const deepest = 32;

/**
 * Reads a geometry object, or null. Coordinates beyond the second of a position are left out.
 * @throws Error in words for the user if it is not one
 */
export function readGeometry(
  bytes: Uint8Array,
  from: number,
  end: number,
  builder: RingBuilder,
  depth = 0,
): void {
  if (depth > deepest) throw new Error("collections are nested too deeply");
  if (bytes[skipSpaces(bytes, from, end)] !== mark.open) {
    if (jsonOf(bytes, from, end) !== null) throw new Error("a geometry is not an object");
    builder.other("null");
    return;
  }
  let type: string | undefined;
  let coordinates: readonly [number, number] | undefined;
  let geometries: readonly [number, number] | undefined;
  eachKey(bytes, from, end, (key, valueFrom, valueEnd) => {
    if (key === "type") type = String(jsonOf(bytes, valueFrom, valueEnd));
    else if (key === "coordinates") coordinates = [valueFrom, valueEnd];
    else if (key === "geometries") geometries = [valueFrom, valueEnd];
  });
  if (type === undefined) throw new Error("a geometry has no type");
  if (type === "GeometryCollection") {
    if (!geometries) throw new Error("a GeometryCollection has no geometries");
    readCollection(bytes, geometries[0], geometries[1], builder, depth);
    return;
  }
  if (!coordinates) throw new Error(`a ${type} has no coordinates`);
  const list = new Coordinates(bytes, coordinates[0], coordinates[1], builder);
  switch (type) {
    case "Polygon":
      list.polygon();
      return;
    case "MultiPolygon":
      list.polygons();
      return;
    case "Point":
    case "MultiPoint":
      builder.other("point");
      return;
    case "LineString":
    case "MultiLineString":
      builder.other("line");
      return;
    default:
      throw new Error(`a geometry has the unknown type ${JSON.stringify(type)}`);
  }
}

function readCollection(
  bytes: Uint8Array,
  from: number,
  end: number,
  builder: RingBuilder,
  depth: number,
): void {
  let at = skipSpaces(bytes, from, end);
  if (bytes[at] !== mark.openList) throw new Error("geometries are not a list");
  at = skipSpaces(bytes, at + 1, end);
  if (bytes[at] === mark.closeList) builder.other("empty");
  while (at < end && bytes[at] !== mark.closeList) {
    const last = endOfValue(bytes, at, end);
    readGeometry(bytes, at, last, builder, depth + 1);
    at = skipSpaces(bytes, last, end);
    if (bytes[at] === mark.comma) at = skipSpaces(bytes, at + 1, end);
  }
}

/** Nested lists of positions. */
class Coordinates {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #builder: RingBuilder;
  #at: number;

  constructor(bytes: Uint8Array, from: number, end: number, builder: RingBuilder) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = end;
    this.#builder = builder;
  }

  polygons(): void {
    let count = 0;
    this.#each("a list of polygons", () => {
      this.polygon();
      count++;
    });
    if (count === 0) this.#builder.other("empty");
  }

  polygon(): void {
    let ring = 0;
    this.#each("a list of rings", () => {
      this.#each("a ring", () => this.#position());
      this.#builder.ring(ring++ === 0);
    });
    if (ring === 0) this.#builder.other("empty");
  }

  #position(): void {
    const bytes = this.#bytes;
    let [x, y] = [NaN, NaN];
    let axis = 0;
    this.#each("a position", () => {
      reader.at = this.#at;
      const value = readNumber(bytes, this.#end);
      if (Number.isNaN(value)) throw new Error("a coordinate is not a number");
      this.#at = reader.at;
      if (axis === 0) x = value;
      else if (axis === 1) y = value;
      axis++;
    });
    if (axis < 2) throw new Error("a position does not have two numbers");
    this.#builder.point(x, y);
  }

  #each(what: string, item: () => void): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = skipSpaces(bytes, this.#at, end);
    if (bytes[at] !== mark.openList) throw new Error(`${what} is not a list`);
    at = skipSpaces(bytes, at + 1, end);
    while (bytes[at] !== mark.closeList) {
      this.#at = at;
      item();
      at = skipSpaces(bytes, this.#at, end);
      if (bytes[at] === mark.comma) {
        at = skipSpaces(bytes, at + 1, end);
        if (bytes[at] === mark.closeList) throw new Error(`${what} ends with a comma`);
      } else if (bytes[at] !== mark.closeList) throw new Error(`${what} does not end`);
    }
    this.#at = at + 1;
  }
}
