import { Damaged } from "../fault.js";

/** The sizes of addresses and lengths in a file. */
export interface Sizes {
  readonly address: number;
  readonly length: number;
}

/** Reads little-endian fields one after another. */
export class Bytes {
  readonly data: Uint8Array;
  readonly #view: DataView;
  readonly #sizes: Sizes;
  at = 0;

  constructor(data: Uint8Array, sizes: Sizes) {
    this.data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#sizes = sizes;
  }

  get left(): number {
    return this.data.length - this.at;
  }

  #take(count: number): number {
    if (!(count >= 0 && this.at + count <= this.data.length)) throw new Damaged("it ends too early");
    const at = this.at;
    this.at += count;
    return at;
  }

  u8(): number {
    return this.data[this.#take(1)]!;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** An unsigned number of one to eight bytes. */
  uint(size: number): number {
    const at = this.#take(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.data[at + i]!;
    return value;
  }

  length(): number {
    return this.uint(this.#sizes.length);
  }

  /** An address in the file; undefined if all of its bits are set. */
  address(): number | undefined {
    const { address } = this.#sizes;
    const at = this.#take(address);
    if (this.data.subarray(at, at + address).every((byte) => byte === 255)) return undefined;
    this.at = at;
    return this.uint(address);
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.data.subarray(at, at + count);
  }

  /** A cursor of its own over the next bytes. */
  part(count: number): Bytes {
    return new Bytes(this.bytes(count), this.#sizes);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** To the next multiple of eight from the beginning. */
  align(from = 0): void {
    this.skip((8 - ((this.at - from) % 8)) % 8);
  }

  signature(expected: string): void {
    const found = Buffer.from(this.bytes(4)).toString("latin1");
    if (found !== expected) throw new Damaged(`"${expected}" is missing`);
  }

  /** A text up to its first zero. */
  text(): string {
    const end = this.data.indexOf(0, this.at);
    if (end < 0) throw new Damaged("a name does not end");
    const bytes = this.bytes(end - this.at);
    this.skip(1);
    return new TextDecoder().decode(bytes);
  }
}
