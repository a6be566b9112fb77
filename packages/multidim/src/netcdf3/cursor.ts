import type { RandomAccessFile } from "@quadrat/core/base";
import { Damaged } from "../fault.js";

/** A header that is longer than this is not one. */
const longest = 64 * 2 ** 20;

/** Reads the header of a classic file from its beginning, in ever larger pieces. */
export class Cursor {
  readonly #file: RandomAccessFile;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  /** Bytes of counts: 8 in CDF-5. */
  countBytes: 4 | 8 = 4;
  offsetBytes: 4 | 8 = 4;

  constructor(file: RandomAccessFile) {
    this.#file = file;
  }

  get at(): number {
    return this.#at;
  }

  async #need(count: number): Promise<void> {
    const end = this.#at + count;
    if (end <= this.#bytes.length) return;
    if (end > this.#file.size) throw new Damaged("the file ends within it");
    if (end > longest) throw new Damaged(`it is longer than ${longest} bytes`);
    const length = Math.min(this.#file.size, longest, Math.max(end, 2 * this.#bytes.length, 64 * 1024));
    this.#bytes = await this.#file.read(0, length);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  async bytes(count: number): Promise<Uint8Array> {
    await this.#need(count);
    const bytes = this.#bytes.slice(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }

  async uint32(): Promise<number> {
    await this.#need(4);
    const value = this.#view.getUint32(this.#at);
    this.#at += 4;
    return value;
  }

  async #uint(bytes: 4 | 8): Promise<number> {
    if (bytes === 4) return this.uint32();
    await this.#need(8);
    const value = Number(this.#view.getBigUint64(this.#at));
    this.#at += 8;
    if (!Number.isSafeInteger(value)) throw new Damaged(`a number in it is ${value}`);
    return value;
  }

  count(): Promise<number> {
    return this.#uint(this.countBytes);
  }

  offset(): Promise<number> {
    return this.#uint(this.offsetBytes);
  }

  /** A number of things each of which takes at least `least` bytes in the header. */
  async countOf(what: string, least: number): Promise<number> {
    const count = await this.count();
    if (count * least > this.#file.size - this.#at)
      throw new Damaged(`${count} ${what} have no room in the file`);
    return count;
  }

  /** Bytes that are padded to a multiple of four. */
  async padded(count: number): Promise<Uint8Array> {
    if (count > this.#file.size - this.#at) throw new Damaged(`${count} bytes have no room in the file`);
    const bytes = await this.bytes(count);
    await this.bytes((4 - (count % 4)) % 4);
    return bytes;
  }

  async name(): Promise<string> {
    return new TextDecoder().decode(await this.padded(await this.countOf("bytes of a name", 1)));
  }
}
