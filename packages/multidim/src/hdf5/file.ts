import { takeBuffer, type RandomAccessFile } from "@quadrat/core/base";
import { lookup3 } from "../codecs/checksums.js";
import { Damaged } from "../fault.js";
import { Bytes, type Sizes } from "./bytes.js";

const pageBytes = 16 * 1024;
const pagesKept = 128;
/** No structure other than data is larger. */
const largest = 64 * 2 ** 20;

/** The file as HDF5 sees it: bytes at addresses, which count from its base. */
export class Hdf5File {
  readonly file: RandomAccessFile;
  readonly sizes: Sizes;
  readonly base: number;
  readonly #pages = new Map<number, Promise<Uint8Array>>();

  constructor(file: RandomAccessFile, sizes: Sizes, base: number) {
    this.file = file;
    this.sizes = sizes;
    this.base = base;
  }

  /** The bytes of a chunk or of another part of the data, in a buffer of their own. */
  async data(address: number, length: number): Promise<Uint8Array> {
    this.#check(address, length);
    return this.file.read(this.base + address, length);
  }

  /** The same in a buffer that may be returned, which is larger. */
  async packed(address: number, length: number): Promise<Uint8Array> {
    this.#check(address, length);
    const room = new Uint8Array(takeBuffer(roomFor(length)));
    const start = this.base + address;
    return this.file.readNow?.(room, start, length) ?? this.file.readInto(room, start, length);
  }

  /** A structure; small ones come from pages that are kept. */
  async structure(address: number, length: number): Promise<Bytes> {
    this.#check(address, length);
    if (length > largest) throw new Damaged(`a structure of ${length} bytes`);
    const start = this.base + address;
    const [first, last] = [Math.floor(start / pageBytes), Math.floor((start + length - 1) / pageBytes)];
    if (last - first > 1 || length === 0) return new Bytes(await this.file.read(start, length), this.sizes);
    const one = await this.#page(first);
    const from = start - first * pageBytes;
    if (last <= first) return new Bytes(one.subarray(from, from + length), this.sizes);
    const joined = Buffer.concat([one.subarray(from), await this.#page(last)]);
    return new Bytes(joined.subarray(0, length), this.sizes);
  }

  /** A structure that ends with the checksum of all of its bytes. */
  async checked(address: number, length: number): Promise<Bytes> {
    const bytes = await this.structure(address, length);
    assertChecksum(bytes.data);
    return bytes;
  }

  /** How many bytes there are from an address to the end of the file. */
  after(address: number): number {
    return this.file.size - this.base - address;
  }

  #check(address: number, length: number): void {
    if (address >= 0 && length >= 0 && this.base + address + length <= this.file.size) return;
    throw new Damaged(
      `${length} bytes at address ${address} are outside the file of ${this.file.size} bytes`,
    );
  }

  #page(number: number): Promise<Uint8Array> {
    const known = this.#pages.get(number);
    if (known) {
      this.#pages.delete(number);
      this.#pages.set(number, known);
      return known;
    }
    const start = number * pageBytes;
    const page = this.file.read(start, Math.min(pageBytes, this.file.size - start));
    this.#pages.set(number, page);
    page.catch(() => this.#pages.delete(number));
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= pagesKept) break;
      this.#pages.delete(oldest);
    }
    return page;
  }
}

/** Lengths of chunks differ: with few sizes of buffers most find a spare one. */
function roomFor(length: number): number {
  const unit = Math.max(4096, 2 ** (Math.floor(Math.log2(Math.max(1, length))) - 2));
  return unit * Math.ceil(Math.max(1, length) / unit);
}

export function assertChecksum(data: Uint8Array): void {
  const end = data.length - 4;
  if (end < 0) throw new Damaged("it ends too early");
  const written = Buffer.from(data.buffer, data.byteOffset + end, 4).readUInt32LE();
  if (lookup3(data.subarray(0, end)) !== written) throw new Damaged("a checksum is wrong");
}
