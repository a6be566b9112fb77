import { kernels, type Kernels } from "@quadrat/kernels";
import type { AxisPair, AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";
import { regularCells, type RegularCells } from "./regular-cells.js";
import type { CellMaker } from "./separable.js";

export interface Leasts {
  /** The minimum sum of weights for a value. */
  readonly weight: number;
  /** The minimum number of valid pixels for a value, and the total number. */
  readonly count: (pixels: number) => number;
}

/** What the kernel stores of a row for two cells, see its source. */
const pairBytes = 64;
/** An address and a weight of a row. */
const entryBytes = 16;
/** Beyond this many pixels of a cell along an axis the memory for rows would become large. */
const mostTaps = 32;
const fewestCells = 16;

interface Lane extends CellMaker {
  readonly axes: AxisPair;
  readonly block: ColumnBlock;
  readonly capacity: number;
  readonly leasts: Leasts;
  used: boolean;
  free(): void;
}

let latest: Lane | undefined;

/**
 * Cells of a block that are computed by the kernel, two at a time, with the operations of the rings in the same order.
 * @returns undefined if the cells are irregular, too large or too few
 */
export function vectorCells(
  axes: AxisPair,
  block: ColumnBlock,
  capacity: number,
  leasts: Leasts,
): CellMaker | undefined {
  const alike =
    latest?.axes === axes &&
    latest.block === block &&
    latest.capacity === capacity &&
    latest.leasts === leasts &&
    !latest.used;
  if (!alike) {
    const cells = regularCells(axes.columns, block);
    if (!cells || cells.taps > mostTaps || capacity > mostTaps || cells.end - cells.start < fewestCells)
      return undefined;
    if (latest?.used === false) latest.free();
    latest = makeLane(axes, block, capacity, leasts, cells);
  }
  latest!.used = true;
  return latest;
}

function makeLane(
  axes: AxisPair,
  block: ColumnBlock,
  capacity: number,
  leasts: Leasts,
  cells: RegularCells,
): Lane {
  const { start, end, part, first, taps, stride, centre } = cells;
  const { rows } = axes;
  const count = end - start;
  const rowBytes = (count / 2) * pairBytes;
  const pixels = (count - 1) * stride + taps;
  const k = kernels();
  const { arena } = k;
  const reduced = arena.take(capacity * rowBytes);
  const weights = arena.take(8 * (taps + 1) * count);
  const table = arena.take(entryBytes * capacity);
  const written = arena.take(8 * count);
  const row = arena.take(8 * pixels);
  pairWeights(axes.columns, cells, arena.view(Float64Array, weights.at, (taps + 1) * count)());
  const tableAddresses = arena.view(Uint32Array, table.at, (entryBytes / 4) * capacity);
  const tableWeights = arena.view(Float64Array, table.at, (entryBytes / 8) * capacity);
  const result = arena.view(Float64Array, written.at, count);
  const floats = arena.view(Float32Array, row.at, pixels);
  const doubles = arena.view(Float64Array, row.at, pixels);
  const rowAt = (sourceRow: number): number => reduced.at + (sourceRow % capacity) * rowBytes;
  const across = acrossOf(k, cells);
  return {
    ...{ start, end, axes, block, capacity, leasts, used: false },
    reduce(sourceRow, windows) {
      const { data, window } = windows[part]!;
      const from = (sourceRow - window.row) * window.width + first;
      const single = data instanceof Float32Array;
      (single ? floats() : doubles()).set(data.subarray(from, from + pixels));
      const to = rowAt(sourceRow);
      if (single) across(row.at, weights.at, to, to + rowBytes);
      else k.across64(taps, stride, centre, row.at, weights.at, to, to + rowBytes);
    },
    write(gridRow, out, offset) {
      const run = rows.first[gridRow]!;
      const top = rows.start[run]!;
      const height = rows.end[run]! - top;
      const [addresses, downWeights] = [tableAddresses(), tableWeights()];
      for (let i = 0; i < height; i++) {
        addresses[4 * i] = rowAt(top + i);
        downWeights[2 * i + 1] = rows.weights[rows.offset[run]! + i]!;
      }
      const under = rowAt(rows.centre[gridRow]!);
      const [to, past] = [written.at, written.at + 8 * count];
      const leastCount = leasts.count(height * taps);
      if (leastCount > 0) k.downCounted(height, table.at, under, leasts.weight, leastCount, to, past);
      else if (height === 2) k.downTwo(table.at, under, leasts.weight, to, past);
      else k.down(height, table.at, under, leasts.weight, to, past);
      out.set(result(), offset);
    },
    release() {
      this.used = false;
      if (latest !== this) this.free();
    },
    free() {
      for (const piece of [reduced, weights, table, written, row]) piece.release();
    },
  };
}

/** The kernel for rows of float32; the most common shapes have one of their own. */
function acrossOf(k: Kernels, { taps, stride, centre }: RegularCells) {
  return (pixels: number, weights: number, to: number, end: number): void => {
    if (taps === 2 && stride === 1) k.across32_2_1(centre, pixels, weights, to, end);
    else if (taps === 4 && stride === 1) k.across32_4_1(centre, pixels, weights, to, end);
    else if (taps === 4 && stride === 2) k.across32_4_2(centre, pixels, weights, to, end);
    else k.across32(taps, stride, centre, pixels, weights, to, end);
  };
}

/** The weights of two cells side by side, pixel by pixel, and their sums. */
function pairWeights(
  { first, offset, weights }: AxisSpans,
  { start, end, taps }: RegularCells,
  out: Float64Array,
): void {
  for (let cell = start, at = 0; cell < end; cell += 2) {
    const [one, other] = [offset[first[cell]!]!, offset[first[cell + 1]!]!];
    let [ofOne, ofOther] = [0, 0];
    for (let k = 0; k < taps; k++) {
      ofOne += out[at++] = weights[one + k]!;
      ofOther += out[at++] = weights[other + k]!;
    }
    out[at++] = ofOne;
    out[at++] = ofOther;
  }
}
