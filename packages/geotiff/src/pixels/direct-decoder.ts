import type { Window } from "@quadrat/core/base";
import { reclaim } from "@quadrat/core/base";
import { overlap } from "./block-copy.js";
import type { BlockDecoder } from "./codecs/codec.js";
import { inflateSlack } from "./codecs/deflate.js";
import { decodeBytes } from "./decode-bytes.js";
import type { ImageLayout } from "./layout.js";
import { floatPlanes } from "./float-planes.js";
import { floatBits, type Nodata } from "./nodata.js";

/** Decodes a block directly into the part of a window that it covers, with NaN in place of nodata. */
export type DirectDecoder = (data: Uint8Array, block: number, window: Window, out: Float32Array) => void;

/** For blocks of one band of float32 with the floating-point predictor: one pass in place of three. */
export function directDecoder(
  decode: BlockDecoder,
  layout: ImageLayout,
  nodata: Nodata | undefined,
): DirectDecoder | undefined {
  const { bits, format, predictor, planar, samples, blockWidth, blockHeight } = layout;
  const plain = bits === 32 && format === "float" && predictor === 3 && (planar || samples === 1);
  const blank = floatBits(nodata);
  if (!plain || !blank) return undefined;
  return (data, block, window, out) => {
    const { blockLeft, blockTop, left, right, top, bottom } = overlap(layout, block, window);
    const stride = window.width;
    const at = (top - window.row) * stride + left - window.col;
    const words = new Int32Array(out.buffer, out.byteOffset, out.length);
    const planes = floatPlanes(blockWidth, blockHeight, inflateSlack);
    const room = planes.stored();
    const bytes = decodeBytes(decode, data, layout, block, room);
    if (bytes.buffer !== room?.buffer) reclaim(bytes.byteLength);
    const part = {
      left: left - blockLeft,
      right: right - blockLeft,
      top: top - blockTop,
      bottom: bottom - blockTop,
    };
    planes.undo(bytes, part, { words, at, stride, blank });
  };
}
