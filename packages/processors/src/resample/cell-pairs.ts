import type { RasterData, Window } from "@quadrat/core/base";
import { compileFunction, instantiate, once, oncePerKey, placesFrom } from "@quadrat/core/wasm";
import type { Accumulator } from "./accumulators.js";
import { boxCode, coverBytes, coverCode, pairBytes, slot } from "./coverage-code.js";
import { copyPoints, writeSlots } from "./cell-slots.js";
import type { PixelMap } from "./pixel-map.js";
import type { Sides } from "./sides.js";

/** Cells of a row that are looked at together. */
export const mostCells = 512;
/** Rows and columns of pixels of the boxes in which cells are covered two by two: a kind for each size. */
const mostAcross = 4;
const kinds = mostAcross * mostAcross;
/** Points of a block's outlines: 2 MiB. */
const mostPoints = 1 << 17;

/** Finds the shares of small boxes of pixels for two cells at once, in WebAssembly. */
export interface CellPairs {
  /** Takes the outlines of a block; false when they have too many points. */
  load(sides: Sides): boolean;
  /**
   * Writes the values of the cells of the loaded block's row from column `start` to `end`, of a row whose first value is at
   * `to`. The cells of which it does not are listed in `others`.
   */
  resample(
    row: number,
    start: number,
    end: number,
    accumulator: Accumulator,
    data: RasterData,
    window: Window,
    out: RasterData,
    to: number,
  ): void;
  readonly others: CellList;
}

/** Columns of cells. */
interface CellList {
  readonly columns: Int32Array;
  count: number;
}

// Where things are in the memory.
const places = placesFrom(16 * mostPoints);
const slots = places.take(mostCells * slot.bytes);
const pairs = places.take((mostCells / 2) * pairBytes);
const shares = places.take((mostCells / 2) * coverBytes(mostAcross, mostAcross));
const toleranceAt = places.take(8);

/** What a thread has of it: it works on one block at a time. */
interface Shared {
  readonly integers: Int32Array;
  readonly numbers: Float64Array;
  readonly findBoxes: (slots: number, end: number, tolerance: number) => void;
  /** For boxes of so many pixels; the key is of both. */
  readonly covers: (
    key: number,
    rows: number,
    columns: number,
  ) => (pairs: number, end: number, shares: number) => void;
}

const sharedHere = once(share);

/** Undefined where there is no memory, or the machine lacks an instruction. */
export function cellPairs(map: PixelMap, tolerance: number): CellPairs | undefined {
  const shared = sharedHere();
  if (!shared) return undefined;
  const { integers, numbers, findBoxes } = shared;
  const others: CellList = { columns: new Int32Array(mostCells), count: 0 };
  const members = Array.from({ length: kinds }, (): CellList => {
    return { columns: new Int32Array(mostCells), count: 0 };
  });
  let sides: Sides;
  let corners = 0;
  return {
    others,
    load(next) {
      sides = next;
      numbers[toleranceAt >> 3] = tolerance;
      corners = sides.lattice.stride * (sides.lattice.block.bottom - sides.lattice.block.top + 3);
      if (corners + sides.edges.points > mostPoints) return false;
      copyPoints(numbers, sides.lattice.xs, sides.lattice.ys, corners, 0);
      copyPoints(numbers, sides.edges.xs, sides.edges.ys, sides.edges.points, 2 * corners);
      return true;
    },
    resample(row, start, end, accumulator, data, window, out, to) {
      writeSlots(integers, slots, sides, corners, row, start, end);
      findBoxes(slots, slots + (end - start) * slot.bytes, toleranceAt);
      sortCells(integers, map, start, end, members, others);
      for (let kind = 0; kind < kinds; kind++) {
        const { columns, count } = members[kind]!;
        if (count === 0) continue;
        const across = (kind % mostAcross) + 1;
        const down = (kind - across + 1) / mostAcross + 1;
        const pairsEnd = writePairs(integers, columns, count, start);
        coverOf(shared, down, across)(pairs, pairsEnd, shares);
        takeShares(shared, columns, count, start, down, across, accumulator, data, window, out, to, others);
      }
    },
  };
}

function share(): Shared | undefined {
  // What a box of one pixel needs, larger ones do.
  const made = instantiate({ findBoxes: boxCode(), smallest: coverCode(1, 1) }, places.bytes);
  if (!made) return undefined;
  const { memory, findBoxes } = made;
  return {
    integers: new Int32Array(memory.buffer),
    numbers: new Float64Array(memory.buffer),
    findBoxes,
    covers: oncePerKey((_key, rows, columns) => compileFunction(coverCode(rows, columns))!(memory)),
  };
}

function coverOf({ covers }: Shared, rows: number, columns: number) {
  return covers(rows * (mostAcross + 1) + columns, rows, columns);
}

/** Puts each cell with those whose box has the same size. */
function sortCells(
  integers: Int32Array,
  { width, height }: PixelMap,
  start: number,
  end: number,
  members: readonly CellList[],
  others: CellList,
): void {
  for (const list of members) list.count = 0;
  others.count = 0;
  let at = (slots + slot.box) >> 2;
  for (let column = start; column < end; column++, at += slot.bytes >> 2) {
    const left = integers[at]!;
    const top = integers[at + 1]!;
    const right = integers[at + 2]!;
    const bottom = integers[at + 3]!;
    const within = integers[at + ((slot.within - slot.box) >> 2)] === 1;
    const inside = left >= 0 && top >= 0 && right <= width && bottom <= height;
    const across = right - left;
    const down = bottom - top;
    const small = across > 0 && across <= mostAcross && down > 0 && down <= mostAcross;
    const list = within && inside && small ? members[(down - 1) * mostAcross + across - 1]! : others;
    list.columns[list.count++] = column;
  }
}

/** Pairs the cells, the last one with itself if need be, and gives both of a pair as many points. */
function writePairs(integers: Int32Array, columns: Int32Array, count: number, start: number): number {
  let pair = pairs >> 2;
  for (let k = 0; k < count; k += 2) {
    const one = slots + (columns[k]! - start) * slot.bytes;
    const other = k + 1 < count ? slots + (columns[k + 1]! - start) * slot.bytes : one;
    const oneBytes = integers[(one + slot.pointBytes) >> 2]!;
    const otherBytes = integers[(other + slot.pointBytes) >> 2]!;
    for (let i = (one + oneBytes) >> 2; i < (one + otherBytes) >> 2; i++) integers[i] = integers[i - 1]!;
    for (let i = (other + otherBytes) >> 2; i < (other + oneBytes) >> 2; i++) integers[i] = integers[i - 1]!;
    integers[pair++] = one;
    integers[pair++] = other;
    integers[pair++] = Math.max(oneBytes, otherBytes);
  }
  return pair << 2;
}

/** Turns the shares of cells into their values; cells that reach beyond their box by rounding join the others. */
function takeShares(
  { integers, numbers }: Shared,
  columns: Int32Array,
  count: number,
  start: number,
  down: number,
  across: number,
  accumulator: Accumulator,
  data: RasterData,
  window: Window,
  out: RasterData,
  to: number,
  others: CellList,
): void {
  const perCell = down * across;
  const perPair = 2 * perCell + 2;
  for (let k = 0; k < count; k++) {
    const column = columns[k]!;
    const pair = (shares >> 3) + (k >> 1) * perPair;
    if (integers[2 * (pair + 2 * perCell + (k & 1))] !== 0) {
      others.columns[others.count++] = column;
      continue;
    }
    const at = (slots + (column - start) * slot.bytes + slot.box) >> 2;
    const offset = (integers[at + 1]! - window.row) * window.width + integers[at]! - window.col;
    accumulator.reset();
    accumulator.add(data, offset, window.width, numbers, across, down, pair + (k & 1) * perCell);
    out[to + column] = accumulator.result();
  }
}
