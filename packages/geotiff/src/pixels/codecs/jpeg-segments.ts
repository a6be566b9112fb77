import { CorruptBlock } from "../../container/fault.js";
import { buildHuffmanTable } from "./jpeg-huffman.js";
import type { HuffmanTable } from "./jpeg-huffman.js";
import type { Plane } from "./jpeg-upsample.js";

/** Tables by their number; later ones of the same number replace earlier ones. */
export interface Tables {
  readonly quantisation: (Int32Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  restartInterval: number;
}

export interface Component extends Plane {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantisation: number;
  /** Blocks in the padded plane, which holds whole MCUs. */
  readonly blocksAcross: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly maxH: number;
  readonly maxV: number;
  readonly components: readonly Component[];
}

/** The position of the n-th coded coefficient in its block (ITU-T T.81, figure A.6). */
export const zigzag = Uint8Array.from([
  ...[
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14,
  ],
  ...[
    21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
    53, 60,
  ],
  ...[61, 54, 47, 55, 62, 63],
]);

/** A DQT segment. */
export function readQuantisation(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at < segment.length;) {
    const head = byte(segment, at++);
    const wide = head >> 4 !== 0;
    const table = new Int32Array(64);
    for (let i = 0; i < 64; i++) {
      table[zigzag[i]!] = wide ? byte(segment, at) * 256 + byte(segment, at + 1) : byte(segment, at);
      at += wide ? 2 : 1;
    }
    tables.quantisation[head & 3] = table;
  }
}

/** A DHT segment. */
export function readHuffman(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at < segment.length;) {
    const head = byte(segment, at++);
    const counts = segment.subarray(at, at + 16);
    const total = counts.reduce((sum, count) => sum + count, 0);
    at += 16 + total;
    if (at > segment.length) throw new CorruptBlock("corrupt JPEG data: a Huffman table is truncated");
    const table = buildHuffmanTable(counts, segment.slice(at - total, at));
    (head >> 4 === 0 ? tables.dc : tables.ac)[head & 3] = table;
  }
}

/** An SOF0 or SOF1 segment; `accept` throws if the image is not the expected one. */
export function readFrame(
  segment: Uint8Array,
  accept: (width: number, height: number, components: number) => void,
): Frame {
  const precision = byte(segment, 0);
  if (precision !== 8) throw new CorruptBlock(`JPEG samples of ${precision} bits are not supported`);
  const height = byte(segment, 1) * 256 + byte(segment, 2);
  const width = byte(segment, 3) * 256 + byte(segment, 4);
  const count = byte(segment, 5);
  accept(width, height, count);
  const heads = Array.from({ length: count }, (_, i) => {
    const [id, sampling, quantisation] = [0, 1, 2].map((k) => byte(segment, 6 + 3 * i + k)) as [
      number,
      number,
      number,
    ];
    return { id, h: sampling >> 4, v: sampling & 15, quantisation: quantisation & 3 };
  });
  const maxH = Math.max(...heads.map(({ h }) => h));
  const maxV = Math.max(...heads.map(({ v }) => v));
  if (heads.some(({ h, v }) => h < 1 || v < 1 || h > 4 || v > 4 || maxH % h !== 0 || maxV % v !== 0)) {
    throw new CorruptBlock("corrupt JPEG data: unusual sampling factors");
  }
  const components = heads.map((head) => {
    const blocksAcross = Math.ceil(width / (8 * maxH)) * head.h;
    const blocksDown = Math.ceil(height / (8 * maxV)) * head.v;
    return {
      ...head,
      blocksAcross,
      data: new Uint8Array(blocksAcross * blocksDown * 64),
      stride: blocksAcross * 8,
      width: Math.ceil((width * head.h) / maxH),
      height: Math.ceil((height * head.v) / maxV),
    };
  });
  return { width, height, maxH, maxV, components };
}

/** A byte that must exist. */
export function byte(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new CorruptBlock("corrupt JPEG data: a segment is truncated");
  return value;
}
