import { kernels, type Block } from "@quadrat/kernels";
import type { FloatBits } from "./nodata.js";

/** Columns and rows of a block. */
export interface BlockPart {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The destination of the samples of a part of a block. */
export interface FloatTarget {
  /** The bits of the window's samples. */
  readonly words: Int32Array;
  /** The position of the first sample, and the distance from one row to the next. */
  readonly at: number;
  readonly stride: number;
  /** The value that becomes NaN. */
  readonly blank: FloatBits;
}

/** Undoes the floating-point predictor for blocks of one band of float32, in the thread's kernels. */
export interface FloatPlanes {
  /** A buffer to decompress a stored block into; undefined for large blocks. Valid until requested again. */
  stored(): Uint8Array<ArrayBuffer> | undefined;
  /** Decodes the rows of a part of a block, which are in `stored` or elsewhere. */
  undo(bytes: Uint8Array<ArrayBuffer>, part: BlockPart, target: FloatTarget): void;
}

interface Room extends FloatPlanes {
  readonly width: number;
  readonly rows: number;
  readonly slack: number;
  release(): void;
}

/** Blocks up to this size are decoded into the kernels' memory; larger ones are copied there a few rows at a time. */
const mostBytes = 2 ** 20;
const copiedBytes = 2 ** 16;
/** The bytes that the kernel may touch after the samples. */
const overrun = 64;

let latest: Room | undefined;

/**
 * For blocks of this size, in pixels. All blocks of a thread share the memory.
 * @param slack bytes that a decoder may touch after a block
 */
export function floatPlanes(width: number, rows: number, slack: number): FloatPlanes {
  if (latest?.width !== width || latest.rows !== rows || latest.slack !== slack) {
    latest?.release();
    latest = makeRoom(width, rows, slack);
  }
  return latest;
}

function makeRoom(width: number, rows: number, slack: number): Room {
  const k = kernels();
  const rowBytes = 4 * width;
  const small = rows * rowBytes <= mostBytes;
  const rowsAtOnce = small ? rows : Math.max(1, Math.floor(copiedBytes / rowBytes));
  const storedBlock: Block = k.arena.take(rowsAtOnce * rowBytes + slack);
  const samplesBlock: Block = k.arena.take(rowsAtOnce * rowBytes + overrun);
  const stored = k.arena.view(Uint8Array<ArrayBuffer>, storedBlock.at, rowsAtOnce * rowBytes + slack);
  const samples = k.arena.view(Int32Array, samplesBlock.at, rowsAtOnce * width);
  return {
    ...{ width, rows, slack },
    stored: () => (small ? stored() : undefined),
    undo(bytes, { left, right, top, bottom }, { words, at, stride, blank }) {
      const there = small && bytes.buffer === stored().buffer;
      let to = at;
      for (let first = top; first < bottom; first += rowsAtOnce) {
        const end = Math.min(bottom, first + rowsAtOnce);
        if (!there) stored().set(bytes.subarray(first * rowBytes, end * rowBytes));
        const from = storedBlock.at + (there ? first * rowBytes : 0);
        k.undoFloatPlanes(
          from,
          from + (end - first) * rowBytes,
          samplesBlock.at,
          width,
          blank.first,
          blank.last,
        );
        const undone = samples();
        for (let row = 0; row < end - first; row++, to += stride) {
          words.set(undone.subarray(row * width + left, row * width + right), to);
        }
      }
    },
    release() {
      storedBlock.release();
      samplesBlock.release();
    },
  };
}
