import type { RasterArray } from "@quadrat/core/base";
import { compileFunction, oncePerKey, placesFrom, wasmMemory, type WasmFunction } from "@quadrat/core/wasm";
import { blockCode, numbers, type BlockShape } from "./kernel-block-code.js";
import { leastWeight } from "./kernel-finisher.js";
import { reachSlack, type KernelReach } from "./kernel-sums.js";

/** The bilinear and the cubic kernel around any points: the values of cells whose pixels are all valid. */
export interface KernelBlock {
  /** Takes over a window of pixels, if it is small enough. The shifts bring centres onto the source. */
  load(array: RasterArray, shiftX: number, shiftY: number): boolean;
  /** The values of at most `cellsAtOnce` cells, NaN where they are to be had in another way only; until the next call. */
  values(xs: Float64Array, ys: Float64Array): Float64Array;
}

export const cellsAtOnce = 2048;

/** Longer functions would be slow to compile. */
const mostTaps = 100;

/** Pixels of a window and around it: they are copied. */
const mostPixels = 1 << 19;

const compile = oncePerKey((_key: string, shape: BlockShape) => compileFunction(blockCode(shape)));

const places = placesFrom(numbers.bytes);
const xsAt = places.take(8 * cellsAtOnce);
const ysAt = places.take(8 * cellsAtOnce);
const valuesAt = places.take(8 * cellsAtOnce);
const pixelsAt = places.bytes;

/** What the functions of a thread work in, for one raster after the other. */
interface Room {
  readonly buffer: ArrayBuffer;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly values: Float64Array;
  functionFor(shape: BlockShape): WasmFunction | undefined;
}

let room: Room | undefined;
const leastBytes = 1 << 20;

function roomFor(pixelBytes: number): Room | undefined {
  const bytes = pixelsAt + pixelBytes;
  if (!room || room.buffer.byteLength < bytes) room = makeRoom(bytes);
  return room;
}

function makeRoom(bytes: number): Room | undefined {
  const memory = wasmMemory(Math.max(leastBytes, 2 ** Math.ceil(Math.log2(bytes))));
  if (!memory) return undefined;
  const { buffer } = memory;
  const functionOf = oncePerKey((key: string, shape: BlockShape) => compile(key, shape)?.(memory));
  return {
    buffer,
    xs: new Float64Array(buffer, xsAt, cellsAtOnce),
    ys: new Float64Array(buffer, ysAt, cellsAtOnce),
    values: new Float64Array(buffer, valuesAt, cellsAtOnce),
    functionFor: (shape) => functionOf(Object.values(shape).join(), shape),
  };
}

/** @returns undefined where a cell has many pixels */
export function kernelBlock(
  method: "bilinear" | "cubic",
  reach: KernelReach,
  tolerance: number,
): KernelBlock | undefined {
  const { around } = reach;
  const columns = around ? 4 : mostWithin(reach.x);
  const rows = around ? 4 : mostWithin(reach.y);
  if (columns * rows > mostTaps) return undefined;
  // No centre on the source has a pixel further out.
  const aside = Math.ceil(reach.x) + 2;
  const above = Math.ceil(reach.y) + 2;
  let used: Room | undefined;
  let run: ReturnType<Room["functionFor"]>;

  return {
    load({ data, window }, shiftX, shiftY) {
      const bytes = data instanceof Float32Array ? 4 : 8;
      const width = window.width + 2 * aside;
      const height = window.height + 2 * above;
      if (width * height > mostPixels) return false;
      used = roomFor(bytes * width * height);
      run = used?.functionFor({ method, around, columns, rows, bytes });
      if (!used || !run) return false;
      const { buffer } = used;
      const Pixels = bytes === 4 ? Float32Array : Float64Array;
      const pixels = new Pixels(buffer, pixelsAt, width * height).fill(NaN);
      for (let row = 0; row < window.height; row++) {
        const from = row * window.width;
        pixels.set(data.subarray(from, from + window.width), (row + above) * width + aside);
      }
      const put = (at: number, ...values: readonly number[]): void =>
        new Float64Array(buffer, at, values.length).set(values);
      put(numbers.shift, shiftX, shiftY);
      put(numbers.reach, reach.x, reach.y);
      put(numbers.stretch, reach.stretchX, reach.stretchY);
      put(numbers.origin, window.col - aside, window.row - above);
      put(numbers.tolerance, tolerance, reachSlack, leastWeight, 0.5, 1, 1.5, 2, 2.5, 4);
      new Int32Array(buffer, numbers.last, 4).set([width - columns, height - rows, bytes * width, pixelsAt]);
      return true;
    },
    values(xs, ys) {
      used!.xs.set(xs);
      used!.ys.set(ys);
      run!(xsAt, ysAt, valuesAt, valuesAt + 8 * xs.length, 0);
      return used!.values;
    },
  };
}

/** Pixels within reach of a point: hardly ever is there one more. */
function mostWithin(reach: number): number {
  return Math.ceil(2 * reach - 1e-6);
}
