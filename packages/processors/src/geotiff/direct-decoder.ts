import type { Window } from "@quadrat/core";
import { reclaim } from "@quadrat/core/base";
import { overlap } from "./block-copy.js";
import type { BlockDecoder } from "./codecs/codec.js";
import { inflateSlack } from "./codecs/deflate.js";
import { decodeBytes } from "./decode-bytes.js";
import type { ImageLayout } from "./layout.js";
import { floatPlanes } from "./float-planes.js";
import { floatBits, type Nodata } from "./nodata.js";
import { undoFloatPredictorInto } from "./predictor.js";

/** Decodes a block straight into the part of it that lies in a window, NaN in place of nodata. */
export type DirectDecoder = (data: Uint8Array, block: number, window: Window, out: Float32Array) => void;

/** Blocks up to this size are decoded into the same buffer. */
const mostSpare = 2 ** 20;

/** For blocks of one band of float32 with the floating-point predictor: one pass in place of three. */
export function directDecoder(
  decode: BlockDecoder,
  layout: ImageLayout,
  nodata: Nodata | undefined,
): DirectDecoder | undefined {
  const { bits, format, predictor, planar, samples, blockWidth, blockHeight, rowBytes } = layout;
  const plain = bits === 32 && format === "float" && predictor === 3 && (planar || samples === 1);
  const blank = floatBits(nodata);
  if (!plain || blockWidth % 4 !== 0 || !blank) return undefined;
  const small = blockHeight * rowBytes <= mostSpare;
  const vectors = small && blockWidth % 16 === 0;
  let spare: Uint8Array<ArrayBuffer> | undefined;
  return (data, block, window, out) => {
    const { blockLeft, blockTop, left, right, top, bottom } = overlap(layout, block, window);
    const stride = window.width;
    const at = (top - window.row) * stride + left - window.col;
    const words = new Int32Array(out.buffer, out.byteOffset, out.length);
    const planes = vectors ? floatPlanes(blockWidth, blockHeight, inflateSlack) : undefined;
    if (!planes && small) spare ??= new Uint8Array(blockHeight * rowBytes + inflateSlack);
    const target = planes?.stored ?? spare;
    const bytes = decodeBytes(decode, data, layout, block, target);
    const elsewhere = bytes.buffer !== target?.buffer;
    if (elsewhere) reclaim(bytes.byteLength);
    const part = {
      left: left - blockLeft,
      right: right - blockLeft,
      top: top - blockTop,
      bottom: bottom - blockTop,
    };
    if (!planes) {
      undoFloatPredictorInto(bytes, blockWidth, part, { words, at, stride, blank });
      return;
    }
    if (elsewhere) planes.stored.set(bytes.subarray(0, part.bottom * rowBytes));
    const rows = planes.undo(part.top, part.bottom, blank);
    const whole = part.right - part.left === blockWidth;
    for (let row = part.top, to = at; row < part.bottom; row++, to += stride) {
      words.set(whole ? rows[row]! : rows[row]!.subarray(part.left, part.right), to);
    }
  };
}
