import type { RingBuilder } from "./ring-builder.js";

/** Geometries may be nested, but not without end. */
const deepest = 32;

/**
 * Reads a geometry as well-known binary: ISO's and PostGIS's forms, of either byte order. Heights and measures are left out.
 * @throws Error in words for the user if the bytes are not that
 */
export function readWkb(bytes: Uint8Array, builder: RingBuilder): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  new WkbReader(view, builder).geometry(0);
}

class WkbReader {
  readonly #view: DataView;
  readonly #builder: RingBuilder;
  #at = 0;
  #little = true;

  constructor(view: DataView, builder: RingBuilder) {
    this.#view = view;
    this.#builder = builder;
  }

  geometry(depth: number): void {
    if (depth > deepest) throw new Error("geometries are nested too deeply");
    this.#need(5);
    const order = this.#view.getUint8(this.#at++);
    if (order > 1) throw new Error(`the byte order of a geometry is ${order}`);
    this.#little = order === 1;
    const code = this.#integer();
    // PostGIS marks Z, M and an SRID by bits, ISO adds 1000, 2000 or 3000.
    const base = code & 0x0fff_ffff;
    const iso = Math.floor(base / 1000);
    const type = base % 1000;
    const extra =
      ((code & 0x8000_0000) !== 0 || iso === 1 || iso === 3 ? 1 : 0) +
      ((code & 0x4000_0000) !== 0 || iso === 2 || iso === 3 ? 1 : 0);
    if ((code & 0x2000_0000) !== 0) this.#integer();
    if (iso > 3) throw new Error(`a geometry has the unknown type ${base}`);
    this.#read(type, 2 + extra, depth);
  }

  #read(type: number, dimensions: number, depth: number): void {
    const builder = this.#builder;
    if (type === 1) {
      this.#need(8 * dimensions);
      // An empty point has no coordinates that are numbers.
      builder.other(Number.isNaN(this.#double()) ? "empty" : "point");
      this.#at += 8 * (dimensions - 1);
      return;
    }
    if (type === 2) {
      const count = this.#count(8 * dimensions);
      this.#at += count * 8 * dimensions;
      builder.other(count === 0 ? "empty" : "line");
      return;
    }
    if (type === 3) {
      const rings = this.#count(4);
      if (rings === 0) builder.other("empty");
      for (let ring = 0; ring < rings; ring++) this.#ring(ring === 0, dimensions);
      return;
    }
    if (type >= 4 && type <= 7) {
      const parts = this.#count(5);
      if (parts === 0) builder.other("empty");
      for (let part = 0; part < parts; part++) this.geometry(depth + 1);
      return;
    }
    throw new Error(
      `a geometry is ${typeNames[type] ?? `of the unknown type ${type}`}, not a polygon with straight edges`,
    );
  }

  #ring(outline: boolean, dimensions: number): void {
    const count = this.#count(8 * dimensions);
    const { xs, ys } = this.#builder.points(count);
    const [view, little] = [this.#view, this.#little];
    const step = 8 * dimensions;
    for (let i = 0, at = this.#at; i < count; i++, at += step) {
      xs[i] = view.getFloat64(at, little);
      ys[i] = view.getFloat64(at + 8, little);
    }
    this.#at += count * step;
    this.#builder.ring(outline);
  }

  #integer(): number {
    this.#need(4);
    const value = this.#view.getUint32(this.#at, this.#little);
    this.#at += 4;
    return value;
  }

  #double(): number {
    const value = this.#view.getFloat64(this.#at, this.#little);
    this.#at += 8;
    return value;
  }

  /** A number of things that have at least so many bytes each. */
  #count(bytes: number): number {
    const count = this.#integer();
    if (count * bytes > this.#view.byteLength - this.#at)
      throw new Error(
        `a geometry says that it has ${count} parts or points, which is more than its bytes hold`,
      );
    return count;
  }

  #need(bytes: number): void {
    if (this.#at + bytes > this.#view.byteLength) throw new Error("a geometry ends too early");
  }
}

const typeNames: Readonly<Record<number, string>> = {
  8: "a circular string",
  9: "a compound curve",
  10: "a curve polygon",
  11: "a multicurve",
  12: "a multisurface",
  13: "a curve",
  14: "a surface",
  15: "a polyhedral surface",
  16: "a TIN",
  17: "a triangle",
};
