import type { DataType, RasterData } from "@quadrat/core/base";
import type { Accumulator, WholeCells } from "./accumulator.js";
import { classLists, type ClassLists } from "./class-lists.js";
import { classTally } from "./class-tally.js";
import { ListStore } from "./list-store.js";
import { smallCells } from "./small-cells.js";
import { fractionOf } from "./statistics.js";
import { smallIntegers } from "./tally.js";

/** Names of columns with the classes that each stands for, of which others may have the same. */
export type ClassGroups = Readonly<Record<string, readonly number[]>>;

/** The fraction that each class has of a cell: a result is the number of a list, which equal cells share. */
export interface ClassFractions extends Accumulator {
  /** The lists of cells, by their results. */
  lists(results: Float64Array): ClassLists;
}

/**
 * Fractions of the whole cell's area: of each class by its number, or of groups of classes by their position. A cell of which
 * no group has a part, but which has a value, has a list with a 0.
 */
export function classFractions(type: DataType, groups?: ClassGroups): ClassFractions {
  const tally = classTally(type, groups !== undefined);
  const groupsOf = groups && positionsOf(groups);
  const groupAmounts = new Float64Array(groups ? Object.keys(groups).length : 0);
  const cellArea = new Float64Array(1);
  const store = new ListStore();
  let ones = new Float64Array(0);

  function push(part: number, amount: number): void {
    store.push(part, fractionOf(amount, cellArea[0]!));
  }

  function pushGroups(): void {
    groupAmounts.fill(0);
    for (let i = 0; i < tally.count; i++) {
      for (const group of groupsOf!.get(tally.value(i)) ?? []) groupAmounts[group]! += tally.amount(i);
    }
    for (let group = 0; group < groupAmounts.length; group++) {
      if (groupAmounts[group]! > 0) push(group, groupAmounts[group]!);
    }
    if (store.isEmpty) push(0, 0);
  }

  function result(): number {
    if (tally.count === 0) return NaN;
    tally.sort();
    if (groupsOf) pushGroups();
    else for (let i = 0; i < tally.count; i++) push(tally.value(i), tally.amount(i));
    return store.close();
  }

  function ofWholeCell(data: RasterData, at: number, cells: WholeCells, area: number): number {
    const { stride, columns, rows } = cells;
    const pixels = columns * rows;
    cellArea[0] = area;
    const value = data[at]!;
    let isAlone = !groups && Number.isInteger(value);
    for (let row = 0, from = at; isAlone && row < rows; row++, from += stride)
      for (let pixel = from; pixel < from + columns; pixel++) isAlone &&= data[pixel] === value;
    if (isAlone) {
      push(value, pixels);
      return store.close();
    }
    if (ones.length < pixels) ones = new Float64Array(pixels).fill(1);
    tally.reset();
    tally.add(data, at, stride, ones, columns, rows, 0);
    return result();
  }

  const small = smallCells(type, ofWholeCell);
  const wholeCells: NonNullable<Accumulator["wholeCells"]> = (data, cells, out, offset) => {
    if (small?.(data, cells, out, offset)) return;
    for (let i = 0, at = cells.at; i < cells.count; i++, at += cells.columns)
      out[offset + i] = ofWholeCell(data, at, cells, cells.areas[i]!);
  };

  return {
    cellArea,
    reset: () => {
      tally.reset();
    },
    add: tally.add,
    result,
    ...(smallIntegers(type) && { wholeCells }),
    lists: (results) => classLists(results, store.count, store),
  };
}

function positionsOf(groups: ClassGroups): ReadonlyMap<number, readonly number[]> {
  const positions = new Map<number, number[]>();
  for (const [position, classes] of Object.values(groups).entries()) {
    for (const one of new Set(classes)) positions.set(one, [...(positions.get(one) ?? []), position]);
  }
  return positions;
}
