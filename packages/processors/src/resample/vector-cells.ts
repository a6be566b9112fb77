import type { RasterArray, RasterData } from "@quadrat/core/base";
import {
  compileFunction,
  oncePerKey,
  wasmMemory,
  type FunctionSource,
  type WasmMemory,
} from "@quadrat/core/wasm";
import type { AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import { acrossCode, downCode, pairBytes } from "./kernel-code.js";
import { regularCells, type RegularCells } from "./regular-cells.js";
import type { AxisPair } from "./separable.js";

/** Cells of a block that are made in vectors, two at a time, by the operations of the rings in the same order. */
export interface VectorCells {
  /** Grid columns. */
  readonly start: number;
  readonly end: number;
  reduce(sourceRow: number, windows: readonly RasterArray[]): void;
  write(gridRow: number, out: RasterData, offset: number): void;
  /** Lets another band have the memory. */
  release(): void;
}

export interface Leasts {
  /** The sum of weights from which on there is a value. */
  readonly weight: number;
  /** The number of valid pixels from which on there is a value, of so many. */
  readonly count: (pixels: number) => number;
}

/** Longer functions would be slow to compile. */
const mostTaps = 32;
const fewestCells = 16;

const compile = oncePerKey((_key: string, code: () => FunctionSource) => compileFunction(code()));

interface Lane extends VectorCells {
  readonly axes: AxisPair;
  readonly block: ColumnBlock;
  readonly capacity: number;
  readonly leasts: Leasts;
  used: boolean;
}

let latest: Lane | undefined;

/** @returns undefined where the cells are irregular or this machine's WebAssembly has no vectors */
export function vectorCells(
  axes: AxisPair,
  block: ColumnBlock,
  capacity: number,
  leasts: Leasts,
): VectorCells | undefined {
  const alike =
    latest?.axes === axes &&
    latest.block === block &&
    latest.capacity === capacity &&
    latest.leasts === leasts &&
    !latest.used;
  const lane = alike ? latest : makeLane(axes, block, capacity, leasts);
  if (!lane) return undefined;
  lane.used = true;
  return (latest = lane);
}

function makeLane(axes: AxisPair, block: ColumnBlock, capacity: number, leasts: Leasts): Lane | undefined {
  const cells = regularCells(axes.columns, block);
  if (!cells || cells.taps > mostTaps || capacity > mostTaps || cells.end - cells.start < fewestCells)
    return undefined;
  const { start, end, part, first, taps, stride, centre } = cells;
  const { rows } = axes;
  const count = end - start;
  const counted = leasts.count(taps * capacity) > 0;
  const pixels = (count - 1) * stride + taps;
  const rowBytes = (count / 2) * pairBytes;
  const weightsAt = capacity * rowBytes;
  const downAt = weightsAt + 8 * taps * count;
  const outAt = downAt + 8 * (capacity + (capacity % 2));
  const pixelsAt = outAt + 8 * count;
  const memory = wasmMemory(pixelsAt + 8 * pixels);
  if (!memory) return undefined;
  const { buffer } = memory;
  const across = functionsIn(memory, (bytes) => [
    `across ${taps} ${stride} ${centre} ${bytes} ${counted}`,
    () => acrossCode({ taps, stride, centre }, bytes as 4 | 8, counted),
  ]);
  const down = functionsIn(memory, (height) => [
    `down ${height} ${leasts.weight} ${leasts.count(height * taps)}`,
    () => downCode(height, leasts.weight, leasts.count(height * taps)),
  ]);
  if (!across(4)) return undefined;
  pairWeights(axes.columns, cells, new Float64Array(buffer, weightsAt, taps * count));
  const downWeights = new Float64Array(buffer, downAt, capacity);
  const result = new Float64Array(buffer, outAt, count);
  const floats = new Float32Array(buffer, pixelsAt, pixels);
  const doubles = new Float64Array(buffer, pixelsAt, pixels);
  const rowAt = (sourceRow: number): number => (sourceRow % capacity) * rowBytes;
  const parameters: number[] = [];
  return {
    ...{ start, end, axes, block, capacity, leasts, used: false },
    reduce(sourceRow, windows) {
      const { data, window } = windows[part]!;
      const from = (sourceRow - window.row) * window.width + first;
      const single = data instanceof Float32Array;
      (single ? floats : doubles).set(data.subarray(from, from + pixels));
      const to = rowAt(sourceRow);
      across(single ? 4 : 8)!(pixelsAt, weightsAt, to, to + rowBytes);
    },
    write(gridRow, out, offset) {
      const run = rows.first[gridRow]!;
      const top = rows.start[run]!;
      const height = rows.end[run]! - top;
      parameters.length = 0;
      for (let k = 0; k < height; k++) {
        parameters.push(rowAt(top + k));
        downWeights[k] = rows.weights[rows.offset[run]! + k]!;
      }
      parameters.push(rowAt(rows.centre[gridRow]!), downAt, outAt, outAt + 8 * count);
      down(height)!(...parameters);
      out.set(result, offset);
    },
    release() {
      this.used = false;
    },
  };
}

/** Functions by a number, made when they are first asked for. */
function functionsIn(memory: WasmMemory, source: (key: number) => readonly [string, () => FunctionSource]) {
  return oncePerKey((key: number) => compile(...source(key))?.(memory));
}

/** The weights of two cells side by side, pixel by pixel. */
function pairWeights(
  { first, offset, weights }: AxisSpans,
  { start, end, taps }: RegularCells,
  out: Float64Array,
): void {
  for (let cell = start, at = 0; cell < end; cell += 2) {
    const [one, other] = [offset[first[cell]!]!, offset[first[cell + 1]!]!];
    for (let k = 0; k < taps; k++) {
      out[at++] = weights[one + k]!;
      out[at++] = weights[other + k]!;
    }
  }
}
