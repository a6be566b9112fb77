import { CorruptBlock } from "../../container/fault.js";

const lookBits = 9;

/** A Huffman table (ITU-T T.81, annex F.2.2.3), with a direct look-up for codes of up to 9 bits. */
export interface HuffmanTable {
  /** By the next 9 bits: code length << 8 | value, or 0 for a longer code. */
  readonly look: Uint16Array;
  /** The largest code of each length, or -1. */
  readonly maxCode: Int32Array;
  /** Index of a value less its code, by length. */
  readonly valueOffset: Int32Array;
  readonly values: Uint8Array;
}

/** @param counts numbers of codes with 1 to 16 bits */
export function buildHuffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const look = new Uint16Array(1 << lookBits);
  const maxCode = new Int32Array(17).fill(-1);
  const valueOffset = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1]!;
    valueOffset[length] = index - code;
    if (code + count > 1 << length) throw new CorruptBlock("corrupt JPEG data: an impossible Huffman table");
    for (let i = 0; i < count; i++, code++, index++) {
      if (length > lookBits) continue;
      const first = code << (lookBits - length);
      look.fill((length << 8) | values[index]!, first, first + (1 << (lookBits - length)));
    }
    if (count > 0) maxCode[length] = code - 1;
    code <<= 1;
  }
  return { look, maxCode, valueOffset, values };
}

/** Reads the entropy-coded bytes of one scan, in which 0xFF is followed by a 0 unless it starts a marker. */
export class BitReader {
  readonly #data: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;

  constructor(data: Uint8Array, start: number) {
    this.#data = data;
    this.#at = start;
  }

  /** Where the next marker is searched for: after the bytes that were used. */
  get position(): number {
    return this.#at;
  }

  /** Decodes one symbol. */
  symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = table.look[(this.#bits >>> (this.#count - lookBits)) & ((1 << lookBits) - 1)]!;
    if (entry !== 0) {
      this.#use(entry >> 8);
      return entry & 255;
    }
    for (let length = lookBits + 1; length <= 16; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code <= table.maxCode[length]!) {
        this.#use(length);
        return table.values[table.valueOffset[length]! + code]!;
      }
    }
    throw new CorruptBlock("corrupt JPEG data: an unknown Huffman code");
  }

  /** Reads a number of `size` bits in the coding of T.81, table F.1: the upper half of them is positive. */
  signed(size: number): number {
    if (size === 0) return 0;
    if (this.#count < size) this.#fill();
    const value = (this.#bits >>> (this.#count - size)) & ((1 << size) - 1);
    this.#use(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Drops the bits up to the next restart marker and skips it. */
  restart(): void {
    if (this.#count - this.#missing >= 8)
      throw new CorruptBlock("corrupt JPEG data: a restart marker is missing");
    this.#bits = this.#count = this.#missing = 0;
    const marker = this.#data[this.#at + 1] ?? 0;
    if (this.#data[this.#at] !== 0xff || marker < 0xd0 || marker > 0xd7) {
      throw new CorruptBlock("corrupt JPEG data: a restart marker is missing");
    }
    this.#at += 2;
  }

  /** Bits that were invented after the end of the data. */
  #missing = 0;

  #fill(): void {
    while (this.#count <= 16) {
      let byte = this.#data[this.#at] ?? 0xff;
      if (byte === 0xff && this.#data[this.#at + 1] !== 0) {
        byte = 0;
        this.#missing += 8;
      } else {
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff;
      this.#count += 8;
    }
  }

  #use(length: number): void {
    this.#count -= length;
    if (this.#count < this.#missing) throw new CorruptBlock("corrupt JPEG data: it ends too early");
  }
}
