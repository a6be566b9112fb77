import type { RasterData } from "@quadrat/core/base";
import { kernels, type Kernels } from "@quadrat/kernels";
import type { BoxList, BoxValues } from "./box-values.js";
import { copyPoints, slot, writeSlots } from "./cell-slots.js";
import type { PixelMap } from "../mapping/pixel-map.js";
import type { Sides } from "./sides.js";

/** The number of cells of a row processed together. */
export const mostCells = 512;
/** Maximum rows and columns of the boxes of pixels for which cells are processed in pairs: one kind per size. */
const mostAcross = 4;
const kinds = mostAcross * mostAcross;
/** Points of a block's outlines: 8 MiB, enough for cells of some pixels, whose sides bend. */
const mostPoints = 1 << 19;

/** Computes the coverage fractions of small boxes of pixels for two cells at once, by the kernel. */
export interface CellPairs {
  /** Loads the outlines of a block; false if they have too many points. */
  load(sides: Sides): boolean;
  /**
   * Writes the values of the cells of the loaded block's row from column `start` to `end`, of a row whose first value is at
   * `to`. The cells that it does not write are listed in `others`.
   */
  resample(row: number, start: number, end: number, values: BoxValues, out: RasterData, to: number): void;
  readonly others: CellList;
  /** The memory of the kernels, in which the coverage fractions are. */
  readonly numbers: () => Float64Array;
}

/** Columns of cells. */
interface CellList {
  readonly columns: Int32Array;
  count: number;
}

/** The slots of two cells, and 4 bytes for each point. */
const pairBytes = 12;
/**
 * The kernel's results for a pair: the coverage fractions of the first cell and the second, and which of them extends
 * beyond its box.
 */
const coverBytes = (rows: number, columns: number): number => 16 * rows * columns + 16;

/** The thread's memory for it, as a thread works on one block at a time: addresses, and views of the memory. */
interface Room {
  readonly kernels: Kernels;
  readonly points: number;
  readonly slots: number;
  readonly pairs: number;
  readonly fractions: number;
  readonly integers: () => Int32Array;
  readonly numbers: () => Float64Array;
}

let roomHere: Room | undefined;

function makeRoom(): Room {
  const k = kernels();
  const sizes = {
    points: 16 * mostPoints,
    slots: mostCells * slot.bytes,
    pairs: 64 * Math.ceil(((mostCells / 2) * pairBytes) / 64),
    fractions: (mostCells / 2) * coverBytes(mostAcross, mostAcross),
  };
  const { at: points } = k.arena.take(sizes.points + sizes.slots + sizes.pairs + sizes.fractions);
  const slots = points + sizes.points;
  const pairs = slots + sizes.slots;
  const fractions = pairs + sizes.pairs;
  const end = fractions + sizes.fractions;
  return {
    ...{ kernels: k, points, slots, pairs, fractions },
    integers: k.arena.view(Int32Array, 0, end / 4),
    numbers: k.arena.view(Float64Array, 0, end / 8),
  };
}

export function cellPairs(map: PixelMap, tolerance: number): CellPairs {
  const room = (roomHere ??= makeRoom());
  const others: CellList = { columns: new Int32Array(mostCells), count: 0 };
  const members = Array.from({ length: kinds }, (): CellList => {
    return { columns: new Int32Array(mostCells), count: 0 };
  });
  const boxes = emptyBoxes();
  let sides: Sides;
  let corners = 0;
  return {
    others,
    numbers: room.numbers,
    load(next) {
      sides = next;
      corners = sides.lattice.stride * (sides.lattice.block.bottom - sides.lattice.block.top + 3);
      if (corners + sides.edges.points > mostPoints) return false;
      const numbers = room.numbers();
      const first = room.points / 8;
      copyPoints(numbers, sides.lattice.xs, sides.lattice.ys, corners, first);
      copyPoints(numbers, sides.edges.xs, sides.edges.ys, sides.edges.points, first + 2 * corners);
      return true;
    },
    resample(row, start, end, values, out, to) {
      const integers = room.integers();
      const { slots, pairs, points } = room;
      writeSlots(integers, { slots, points }, sides, corners, row, start, end);
      room.kernels.findBoxes(slots, slots + (end - start) * slot.bytes, tolerance);
      sortCells(integers, slots, map, start, end, members, others);
      for (let kind = 0; kind < kinds; kind++) {
        const { columns, count } = members[kind]!;
        if (count === 0) continue;
        const across = (kind % mostAcross) + 1;
        const down = (kind - across + 1) / mostAcross + 1;
        const pairsEnd = writePairs(integers, room, columns, count, start);
        cover(room, down, across, pairs, pairsEnd);
        boxes.rows = down;
        boxes.columns = across;
        listBoxes(room, columns, count, start, boxes, others);
        values.write(boxes, out, to);
      }
    },
  };
}

/** The kernel for boxes of this size; the most common sizes have a kernel of their own. */
function cover(
  { kernels: k, fractions }: Room,
  rows: number,
  columns: number,
  pairs: number,
  end: number,
): void {
  if (rows !== columns) return k.cover(rows, columns, pairs, end, fractions);
  if (rows === 1) return k.cover1x1(pairs, end, fractions);
  if (rows === 2) return k.cover2x2(pairs, end, fractions);
  return rows === 3 ? k.cover3x3(pairs, end, fractions) : k.cover4x4(pairs, end, fractions);
}

/** Puts each cell with those whose box has the same size. */
function sortCells(
  integers: Int32Array,
  slots: number,
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

/** Pairs the cells, the last one with itself if necessary, and gives both of a pair the same number of points. */
function writePairs(
  integers: Int32Array,
  { slots, pairs }: Room,
  columns: Int32Array,
  count: number,
  start: number,
): number {
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

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function emptyBoxes(): Writable<BoxList> {
  const numbers = () => new Int32Array(mostCells);
  return {
    ...{ rows: 0, columns: 0, count: 0 },
    ...{ cells: numbers(), lefts: numbers(), tops: numbers(), fractionsAt: numbers() },
  };
}

/** Lists the boxes of cells; cells that extend beyond their box by rounding join the others. */
function listBoxes(
  { slots, fractions, ...room }: Room,
  columns: Int32Array,
  count: number,
  start: number,
  boxes: Writable<BoxList>,
  others: CellList,
): void {
  const integers = room.integers();
  const perCell = boxes.rows * boxes.columns;
  const perPair = 2 * perCell + 2;
  let listed = 0;
  for (let k = 0; k < count; k++) {
    const column = columns[k]!;
    const pair = (fractions >> 3) + (k >> 1) * perPair;
    if (integers[2 * (pair + 2 * perCell + (k & 1))] !== 0) {
      others.columns[others.count++] = column;
      continue;
    }
    const at = (slots + (column - start) * slot.bytes + slot.box) >> 2;
    boxes.cells[listed] = column;
    boxes.lefts[listed] = integers[at]!;
    boxes.tops[listed] = integers[at + 1]!;
    boxes.fractionsAt[listed++] = (pair + (k & 1) * perCell) << 3;
  }
  boxes.count = listed;
}
