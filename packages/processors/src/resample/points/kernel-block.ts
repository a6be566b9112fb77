import type { RasterArray } from "@quadrat/core/base";
import { kernels, type Block, type Kernels, type WasmGlobal } from "@quadrat/kernels";
import type { KernelRadius } from "./kernel-sums.js";

/** The bilinear and the cubic kernel around arbitrary points: the values of cells whose pixels are all valid. */
export interface KernelBlock {
  /** Copies a window of pixels, if it is small enough. The shifts bring centres onto the source. */
  load(array: RasterArray, shiftX: number, shiftY: number): boolean;
  /**
   * The values of at most `cellsAtOnce` cells, NaN for cells that must be computed in another way; valid until the next
   * call.
   */
  values(xs: Float64Array, ys: Float64Array): Float64Array;
}

export const cellsAtOnce = 2048;

/** For cells with more pixels than this, the kernel is computed cell by cell. */
const mostTaps = 100;

/** The maximum number of pixels of a window and around it, which are copied. */
const mostPixels = 1 << 19;

/** The thread's memory for one window at a time. */
let room: Block | undefined;

function roomFor(bytes: number): Block {
  if (room && room.bytes >= bytes) return room;
  room?.release();
  return (room = kernels().arena.take(2 ** Math.ceil(Math.log2(bytes))));
}

/** @returns undefined if a cell has many pixels */
export function kernelBlock(
  method: "bilinear" | "cubic",
  radius: KernelRadius,
  tolerance: number,
): KernelBlock | undefined {
  const { around } = radius;
  const columns = around ? 4 : mostWithin(radius.x);
  const rows = around ? 4 : mostWithin(radius.y);
  if (columns * rows > mostTaps) return undefined;
  // No centre on the source has a pixel further out.
  const aside = Math.ceil(radius.x) + 2;
  const above = Math.ceil(radius.y) + 2;
  const k = kernels();
  const { arena } = k;
  const points = (at: WasmGlobal): (() => Float64Array) => arena.view(Float64Array, at.value, cellsAtOnce);
  const [pointXs, pointYs, pointValues] = [k.pointXs, k.pointYs, k.pointValues].map(points) as [
    () => Float64Array,
    () => Float64Array,
    () => Float64Array,
  ];
  const run = runOf(k, method, around, columns, rows);
  let single = true;

  return {
    load({ data, window }, shiftX, shiftY) {
      single = data instanceof Float32Array;
      const bytes = single ? 4 : 8;
      const width = window.width + 2 * aside;
      const height = window.height + 2 * above;
      if (width * height > mostPixels) return false;
      const { at } = roomFor(bytes * width * height);
      const Pixels = single ? Float32Array : Float64Array;
      const pixels = arena
        .view<Float32Array | Float64Array>(Pixels, at, width * height)()
        .fill(NaN);
      for (let row = 0; row < window.height; row++) {
        const from = row * window.width;
        pixels.set(data.subarray(from, from + window.width), (row + above) * width + aside);
      }
      k.pointTolerance.value = tolerance;
      k.pointPixels.value = at;
      k.pointRowBytes.value = bytes * width;
      setAxis(k, k.columnAxis, shiftX, radius.x, radius.stretchX, window.col - aside, width - columns);
      setAxis(k, k.rowAxis, shiftY, radius.y, radius.stretchY, window.row - above, height - rows);
      return true;
    },
    values(xs, ys) {
      pointXs().set(xs);
      pointYs().set(ys);
      run(single, xs.length);
      return pointValues();
    },
  };
}

/** Writes an `Axis` of the kernel: how it lies along the columns, or the rows, of a window. */
function setAxis(
  k: Kernels,
  { value: at }: WasmGlobal,
  shift: number,
  radius: number,
  stretch: number,
  origin: number,
  last: number,
): void {
  k.arena.view(Float64Array, at, 4)().set([shift, radius, stretch, origin]);
  k.arena.view(Int32Array, at + 32, 1)()[0] = last;
}

/** The kernel for a shape, of float32 or float64. */
function runOf(
  k: Kernels,
  method: "bilinear" | "cubic",
  around: boolean,
  columns: number,
  rows: number,
): (single: boolean, count: number) => void {
  if (around) return (single, count) => (single ? k.plainCubic32(count) : k.plainCubic64(count));
  if (method === "cubic")
    return (single, count) => (single ? k.cubic32(columns, rows, count) : k.cubic64(columns, rows, count));
  if (columns === 2 && rows === 2)
    return (single, count) => (single ? k.bilinear2x2of32(count) : k.bilinear2x2of64(count));
  return (single, count) =>
    single ? k.bilinear32(columns, rows, count) : k.bilinear64(columns, rows, count);
}

/** Pixels within the kernel radius of a point; there is hardly ever one more. */
function mostWithin(radius: number): number {
  return Math.ceil(2 * radius - 1e-6);
}
