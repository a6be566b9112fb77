import { CorruptBlock } from "../../container/fault.js";
import type { ImageLayout } from "../layout.js";
import type { BlockDecoder } from "./codec.js";
import { BitReader } from "./jpeg-huffman.js";
import type { HuffmanTable } from "./jpeg-huffman.js";
import { inverseDct } from "./jpeg-idct.js";
import { byte, readFrame, readHuffman, readQuantisation, zigzag } from "./jpeg-segments.js";
import type { Component, Frame, Tables } from "./jpeg-segments.js";
import { convertYcc, upsample } from "./jpeg-upsample.js";

/** Sequential Huffman JPEG of 8 bits, the kind used in TIFF files; YCbCr comes out as RGB. */
export function createJpeg(layout: ImageLayout, sharedTables: Uint8Array | undefined): BlockDecoder {
  if (layout.bits !== 8 || layout.format !== "uint")
    throw new CorruptBlock(`JPEG samples of ${layout.bits} bits`);
  const samples = layout.planar ? 1 : layout.samples;
  const shared: Tables = { quantisation: [], dc: [], ac: [], restartInterval: 0 };
  if (sharedTables) decode(sharedTables, shared, undefined);

  return (data, { width, rows, fullRows }) => {
    const tables = {
      ...shared,
      quantisation: [...shared.quantisation],
      dc: [...shared.dc],
      ac: [...shared.ac],
    };
    const frame = decode(data, tables, (w, h, components) => {
      if (w === width && h >= rows && h <= fullRows && components === samples) return;
      throw new CorruptBlock(
        `corrupt JPEG data: ${w} x ${h} pixels of ${components} samples, not ${width} x ${rows} of ${samples}`,
      );
    });
    if (!frame) throw new CorruptBlock("corrupt JPEG data: it contains no image");
    const pixels = interleave(frame);
    if (layout.photometric === 6 && samples === 3) convertYcc(pixels);
    return pixels;
  };
}

function interleave({ width, height, components, maxH, maxV }: Frame): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(width * height * components.length);
  for (const [index, component] of components.entries()) {
    const { data, stride } = upsample(component, width, height, maxH / component.h, maxV / component.v);
    for (let y = 0, to = index; y < height; y++) {
      const row = y * stride;
      for (let x = 0; x < width; x++, to += components.length) pixels[to] = data[row + x]!;
    }
  }
  return pixels;
}

/** Reads the markers of a stream; without `accept` the stream has only tables. */
function decode(
  data: Uint8Array,
  tables: Tables,
  accept: ((width: number, height: number, components: number) => void) | undefined,
): Frame | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let frame: Frame | undefined;
  const scanned = new Set<Component>();
  if (data[0] !== 0xff || data[1] !== 0xd8) throw new CorruptBlock("corrupt JPEG data: no start of image");
  for (let at = 2; ;) {
    while (data[at] === 0xff && data[at + 1] === 0xff) at++;
    if (data[at] !== 0xff || at + 2 > data.length)
      throw new CorruptBlock("corrupt JPEG data: a marker is missing");
    const marker = data[at + 1]!;
    at += 2;
    if (marker === 0xd9) break;
    if (at + 2 > data.length) throw new CorruptBlock("corrupt JPEG data: it ends too early");
    const end = at + view.getUint16(at);
    if (end < at + 2 || end > data.length)
      throw new CorruptBlock("corrupt JPEG data: a segment extends past the end");
    const segment = data.subarray(at + 2, end);
    at = end;
    if (marker === 0xdb) readQuantisation(segment, tables);
    else if (marker === 0xc4) readHuffman(segment, tables);
    else if (marker === 0xdd) tables.restartInterval = byte(segment, 0) * 256 + byte(segment, 1);
    else if (marker === 0xc0 || marker === 0xc1) {
      if (frame || !accept) throw new CorruptBlock("corrupt JPEG data: an unexpected image");
      frame = readFrame(segment, accept);
    } else if (marker === 0xda) {
      if (!frame) throw new CorruptBlock("corrupt JPEG data: a scan before its frame");
      at = decodeScan(data, at, segment, frame, tables, scanned);
    } else if (marker >= 0xc2 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
      const kind =
        marker === 0xc2 ? "progressive" : marker >= 0xc9 ? "arithmetic-coded" : "lossless or hierarchical";
      throw new CorruptBlock(`${kind} JPEG is not supported`);
    }
  }
  if (frame && scanned.size < frame.components.length)
    throw new CorruptBlock("corrupt JPEG data: it ends too early");
  return frame;
}

/** Decodes one scan and returns where the next marker is. */
function decodeScan(
  data: Uint8Array,
  start: number,
  head: Uint8Array,
  frame: Frame,
  tables: Tables,
  scanned: Set<Component>,
): number {
  const parts = Array.from({ length: byte(head, 0) }, (_, i) => {
    const component = frame.components.find(({ id }) => id === byte(head, 1 + 2 * i));
    const selector = byte(head, 2 + 2 * i);
    const quantisation = component && tables.quantisation[component.quantisation];
    const dc = tables.dc[(selector >> 4) & 3];
    const ac = tables.ac[selector & 3];
    if (!component || !quantisation || !dc || !ac)
      throw new CorruptBlock("corrupt JPEG data: a table is missing");
    scanned.add(component);
    return { component, quantisation, dc, ac, prediction: 0 };
  });
  const [alone] = parts;
  if (!alone) throw new CorruptBlock("corrupt JPEG data: an empty scan");
  // A single component is coded block by block and without padding, several together in whole MCUs.
  const single = parts.length === 1;
  const across = single ? Math.ceil(alone.component.width / 8) : Math.ceil(frame.width / (8 * frame.maxH));
  const down = single ? Math.ceil(alone.component.height / 8) : Math.ceil(frame.height / (8 * frame.maxV));

  const reader = new BitReader(data, start);
  const block = new Int32Array(64);
  for (let mcu = 0; mcu < across * down; mcu++) {
    if (tables.restartInterval > 0 && mcu > 0 && mcu % tables.restartInterval === 0) {
      reader.restart();
      for (const part of parts) part.prediction = 0;
    }
    const mcuRow = Math.floor(mcu / across);
    const mcuColumn = mcu % across;
    for (const part of parts) {
      const { component, quantisation, dc, ac } = part;
      const { stride } = component;
      const [h, v] = single ? [1, 1] : [component.h, component.v];
      for (let i = 0; i < h * v; i++) {
        part.prediction += decodeBlock(reader, dc, ac, quantisation, block);
        block[0] = part.prediction * quantisation[0]!;
        const row = mcuRow * v + Math.floor(i / h);
        const column = mcuColumn * h + (i % h);
        inverseDct(block, component.data, row * 8 * stride + column * 8, stride);
      }
    }
  }
  return reader.position;
}

/** Decodes and dequantises the AC coefficients of a block and returns its DC difference. */
function decodeBlock(
  reader: BitReader,
  dc: HuffmanTable,
  ac: HuffmanTable,
  quantisation: Int32Array,
  block: Int32Array,
): number {
  block.fill(0);
  const size = reader.symbol(dc);
  if (size > 11) throw new CorruptBlock("corrupt JPEG data: a coefficient of too many bits");
  const difference = reader.signed(size);
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(ac);
    const bits = symbol & 15;
    const zeros = symbol >> 4;
    if (bits === 0) {
      if (zeros < 15) break;
      k += 15;
      continue;
    }
    k += zeros;
    if (k > 63) throw new CorruptBlock("corrupt JPEG data: more than 64 coefficients");
    const place = zigzag[k]!;
    block[place] = reader.signed(bits) * quantisation[place]!;
  }
  return difference;
}
