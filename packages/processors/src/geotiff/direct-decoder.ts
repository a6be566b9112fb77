import type { Window } from "@quadrat/core";
import { reclaim } from "@quadrat/core/base";
import { overlap } from "./block-copy.js";
import type { BlockDecoder } from "./codecs/codec.js";
import { inflateSlack } from "./codecs/deflate.js";
import { decodeBytes } from "./decode-bytes.js";
import type { ImageLayout } from "./layout.js";
import { floatBits, type Nodata } from "./nodata.js";
import { undoFloatPredictorInto } from "./predictor.js";

/** Decodes a block straight into a window that holds all of it, NaN in place of nodata. */
export type DirectDecoder = (data: Uint8Array, block: number, window: Window, out: Float32Array) => void;

/** Blocks up to this size are decoded into the same buffer. */
const mostSpare = 2 ** 20;

/** For blocks of one band of float32 with the floating-point predictor: one pass in place of three. */
export function directDecoder(
  decode: BlockDecoder,
  layout: ImageLayout,
  nodata: Nodata | undefined,
): DirectDecoder | undefined {
  const { bits, format, predictor, planar, samples, blockWidth } = layout;
  const plain = bits === 32 && format === "float" && predictor === 3 && (planar || samples === 1);
  const blank = floatBits(nodata);
  if (!plain || blockWidth % 4 !== 0 || !blank) return undefined;
  const blockBytes = layout.blockHeight * layout.rowBytes;
  let spare: Uint8Array<ArrayBuffer> | undefined;
  return (data, block, window, out) => {
    if (blockBytes <= mostSpare) spare ??= new Uint8Array(blockBytes + inflateSlack);
    const bytes = decodeBytes(decode, data, layout, block, spare);
    const { left, right, top, bottom } = overlap(layout, block, window);
    undoFloatPredictorInto(bytes, blockWidth, {
      words: new Int32Array(out.buffer, out.byteOffset, out.length),
      at: (top - window.row) * window.width + left - window.col,
      stride: window.width,
      columns: right - left,
      rows: bottom - top,
      blank,
    });
    if (bytes.buffer !== spare?.buffer) reclaim(bytes.byteLength);
  };
}
