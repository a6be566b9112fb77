import type { RasterData, Window } from "@quadrat/core/base";
import { kernels, type Block, type BoxKernel } from "@quadrat/kernels";
import type { Accumulator } from "../methods/accumulator.js";

/** Cells whose boxes of pixels have the same size, with coverage fractions in the kernels' memory. */
export interface BoxList {
  /** Rows and columns of a box. */
  readonly rows: number;
  readonly columns: number;
  /** For each cell: its grid column, the left and top of its box, and the address of its coverage fractions. */
  readonly cells: Int32Array;
  readonly lefts: Int32Array;
  readonly tops: Int32Array;
  readonly fractionsAt: Int32Array;
  readonly count: number;
}

/** Computes the values of cells from the pixels of a window. */
export interface BoxValues {
  /** Writes the values of these cells, of a row whose first value is at `to`. */
  write(boxes: BoxList, out: RasterData, to: number): void;
}

/** A window with more bytes is not copied into the kernels' memory. */
const mostBytes = 1 << 22;

/**
 * @param most the maximum number of cells in a list
 * @param numbers the memory of the kernels, where the coverage fractions are
 */
export function boxValues(
  accumulator: Accumulator,
  data: RasterData,
  window: Window,
  most: number,
  numbers: () => Float64Array,
): BoxValues {
  const pixels = window.width * window.height;
  const single = data instanceof Float32Array;
  if (accumulator.inBoxes && pixels * data.BYTES_PER_ELEMENT <= mostBytes) {
    return byKernel(accumulator.inBoxes(kernels(), single), data.subarray(0, pixels), window, most);
  }
  return {
    write({ rows, columns, cells, lefts, tops, fractionsAt, count }, out, to) {
      const fractions = numbers();
      for (let k = 0; k < count; k++) {
        const offset = (tops[k]! - window.row) * window.width + lefts[k]! - window.col;
        accumulator.reset();
        accumulator.add(data, offset, window.width, fractions, columns, rows, fractionsAt[k]! >> 3);
        out[to + cells[k]!] = accumulator.result();
      }
    },
  };
}

/** What the kernel is told of a cell, see its source: the addresses of its first pixel and of its coverage fractions. */
const boxBytes = 8;

/** The thread's memory for it, as a thread works on one block at a time. */
let roomHere: Block | undefined;

function byKernel(kernel: BoxKernel, data: RasterData, window: Window, most: number): BoxValues {
  const Values = data instanceof Float32Array ? Float32Array : Float64Array;
  const size = Values.BYTES_PER_ELEMENT;
  const { arena } = kernels();
  const pixelBytes = size * (data.length + (data.length % 2));
  const needed = pixelBytes + most * (boxBytes + size);
  if (!roomHere || roomHere.bytes < needed) {
    roomHere?.release();
    roomHere = arena.take(needed);
  }
  const { at } = roomHere;
  const places = at + pixelBytes;
  const values = places + most * boxBytes;
  arena.view<Float32Array | Float64Array>(Values, at, data.length)().set(data);
  const addresses = arena.view(Uint32Array, places, 2 * most);
  const results = arena.view<Float32Array | Float64Array>(Values, values, most);
  return {
    write({ rows, columns, cells, lefts, tops, fractionsAt, count }, out, to) {
      const entries = addresses();
      for (let k = 0; k < count; k++) {
        const offset = (tops[k]! - window.row) * window.width + lefts[k]! - window.col;
        entries[2 * k] = at + size * offset;
        entries[2 * k + 1] = fractionsAt[k]!;
      }
      kernel(rows, size * columns, size * window.width, places, places + boxBytes * count, values);
      const found = results();
      for (let k = 0; k < count; k++) out[to + cells[k]!] = found[k]!;
    },
  };
}
