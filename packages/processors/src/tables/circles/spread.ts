import type { Grid } from "@quadrat/core";
import { hasLongitudes, parseCrs } from "@quadrat/crs";
import { accumulate, addRing } from "../../resample/outlines/coverage.js";
import { areaAbove } from "./clip.js";
import type { MeasuredPart, Outline } from "./outline.js";

/** The units of which a record has this many: shares are whole numbers of them, so that sums do not depend on their order. */
export const unitsOfRecord = 2 ** 52;
/** Units are added in two parts, each without rounding as long as no more records than this are added. */
const lowUnits = 2 ** 26;
const mostRecords = 2 ** 26;

/** Parts of a circle, or of the part of it in a band, that are too small to count; others get what they would have had. */
const leastShare = 1e-9;

/** The number of cells of a band, unless a row of the grid has more. It decides no value. */
const bandCells = 1 << 19;

export interface BandRows {
  readonly from: number;
  readonly to: number;
}

export function rowsOfBand({ width }: Grid): number {
  return Math.max(1, Math.floor(bandCells / width));
}

/** Longitudes repeat after this many columns; undefined if x is not a longitude. */
export function columnsOfTurn(grid: Grid): number | undefined {
  const crs = parseCrs(grid.crs);
  return hasLongitudes(crs) ? (2 * Math.PI) / crs.definition.unitFactor / grid.x.step : undefined;
}

/** By how many columns a part must be moved so that it lies on the grid, of all ways in which it can. */
export function shiftsOf(
  { west, east }: MeasuredPart,
  columns: number,
  turn: number | undefined,
): readonly number[] {
  if (turn === undefined) return unmoved;
  const shifts: number[] = [];
  for (let turns = Math.ceil(-east / turn); west + turns * turn < columns; turns++) shifts.push(turns * turn);
  return shifts;
}

/** The columns on which places are looked for: a grid that is wider than a turn has some of them twice. */
export function columnsWithin({ width }: Grid, turn: number | undefined): number {
  return turn === undefined ? width : Math.min(width, Math.ceil(turn - 1e-6));
}

const unmoved = [0];

/** A part of an outline within a band. */
interface Box {
  readonly part: MeasuredPart;
  readonly shift: number;
  readonly left: number;
  readonly columns: number;
  readonly top: number;
  readonly rows: number;
}

/** Adds up the shares of circles in the cells of one band of rows after the other. */
export interface Spreader {
  /** Begins a band: its cells are 0. */
  start(band: BandRows): void;
  /** Adds the shares of `records` circles with this outline in the cells of the band. */
  add(outline: Outline, records: number): void;
  /** Whether {@link take} must be called before more records are added. */
  readonly isFull: (records: number) => boolean;
  /** The cells with a share, ascending, and their units in two parts; they are 0 again. */
  take(): { readonly cells: Float64Array; readonly high: Float64Array; readonly low: Float64Array };
}

/** @see unitsOfRecord */
export const highUnit = lowUnits;

export { mostRecords };

export function spreader(grid: Grid): Spreader {
  const { width } = grid;
  const size = rowsOfBand(grid) * width;
  const [high, low] = [new Float64Array(size), new Float64Array(size)];
  const turn = columnsOfTurn(grid);
  const columns = columnsWithin(grid, turn);
  const isAround = turn !== undefined && width >= turn - 1e-6;
  let band: BandRows = { from: 0, to: 0 };
  let added = 0;
  let deltas = new Float64Array(1024);
  let fractions = new Float64Array(1024);
  const least = Float64Array.of(0);

  const give = (at: number, units: number, records: number): void => {
    const above = Math.floor(units / lowUnits);
    high[at]! += above * records;
    low[at]! += (units - above * lowUnits) * records;
  };

  /** The unit at which a circle enters a row: those of the part above it. */
  const unitsAbove = ({ parts, area }: Outline, row: number): number => {
    let above = 0;
    for (const part of parts) above += Math.abs(areaAbove(part, row));
    const share = above / area;
    if (share < leastShare) return 0;
    return share > 1 - leastShare ? unitsOfRecord : Math.round(share * unitsOfRecord);
  };

  const boxesOf = (
    parts: readonly MeasuredPart[],
  ): { boxes: Box[]; isInside: boolean; top: number; bottom: number } => {
    const boxes: Box[] = [];
    let isInside = true;
    let [top, bottom] = [Infinity, -Infinity];
    for (const part of parts) {
      const { west, east, north, south } = part;
      top = Math.min(top, north);
      bottom = Math.max(bottom, south);
      let isPartInside = isAround;
      for (const shift of shiftsOf(part, columns, turn)) {
        if (west + shift >= 0 && east + shift <= columns) isPartInside = true;
        const left = Math.max(0, Math.floor(west + shift));
        const right = Math.min(columns, Math.ceil(east + shift));
        const [first, last] = [Math.max(band.from, Math.floor(north)), Math.min(band.to, Math.ceil(south))];
        if (left < right && first < last) {
          boxes.push({ part, shift, left, columns: right - left, top: first, rows: last - first });
        }
      }
      isInside &&= isPartInside;
    }
    return { boxes, isInside, top, bottom };
  };

  const cover = (boxes: readonly Box[]): number => {
    const count = boxes.reduce((sum, box) => sum + box.rows * box.columns, 0);
    const wanted = Math.max(...boxes.map((box) => box.rows * (box.columns + 1)));
    if (deltas.length < wanted) deltas = new Float64Array(2 * wanted);
    if (fractions.length < count) fractions = new Float64Array(2 * count);
    let at = 0;
    for (const { part, shift, left, columns: across, top, rows } of boxes) {
      const sign = part.area < 0 ? -1 : 1;
      addRing(deltas, part.xs, part.ys, 0, part.count, shift, 0, sign, left, across, top, rows);
      accumulate(deltas, across, rows, least, fractions.subarray(at, at + rows * across));
      at += rows * across;
    }
    return count;
  };

  const addPlaces = ({ xs, ys }: NonNullable<Outline["places"]>, records: number): void => {
    for (let i = 0; i < xs.length; i++) {
      const row = Math.min(Math.floor(ys[i]!), grid.height - 1);
      if (!(row >= band.from && row < band.to && ys[i]! <= grid.height)) continue;
      let x = xs[i]!;
      if (turn !== undefined) x -= Math.floor(x / turn) * turn;
      const column = x === width ? width - 1 : Math.floor(x);
      if (column >= 0 && column < columns) {
        give((row - band.from) * width + column, unitsOfRecord / xs.length, records);
      }
    }
  };

  return {
    start(next) {
      band = next;
    },
    isFull: (records) => added + records > mostRecords,
    add(outline, records) {
      added += records;
      if (outline.places) {
        addPlaces(outline.places, records);
        return;
      }
      const { boxes, isInside, top, bottom } = boxesOf(outline.parts);
      if (boxes.length === 0) return;
      const from = top >= band.from ? 0 : unitsAbove(outline, band.from);
      const to = bottom <= band.to ? unitsOfRecord : unitsAbove(outline, band.to);
      if (to <= from) return;
      const count = cover(boxes);
      let limit = leastShare * outline.area;
      let [sum, last] = [0, -1];
      for (let i = 0; i < count; i++) {
        if (fractions[i]! <= limit) continue;
        sum += fractions[i]!;
        last = i;
      }
      if (last < 0 && isInside) {
        limit = 0;
        for (let i = 0; i < count; i++) {
          if (fractions[i]! <= 0) continue;
          sum += fractions[i]!;
          last = i;
        }
      }
      if (last < 0) return;
      const scale = isInside ? (to - from) / sum : unitsOfRecord / outline.area;
      let [upTo, before, i] = [0, 0, 0];
      for (const box of boxes) {
        for (let row = box.top; row < box.top + box.rows; row++) {
          let at = (row - band.from) * width + box.left;
          for (const end = i + box.columns; i < end; i++, at++) {
            const fraction = fractions[i]!;
            if (fraction <= limit) continue;
            upTo += fraction;
            const units = isInside && i === last ? to - from : Math.round(upTo * scale);
            give(at, units - before, records);
            before = units;
          }
        }
      }
    },
    take() {
      let count = 0;
      for (let i = 0; i < size; i++) if (high[i] !== 0 || low[i] !== 0) count++;
      const taken = {
        cells: new Float64Array(count),
        high: new Float64Array(count),
        low: new Float64Array(count),
      };
      for (let i = 0, at = 0; i < size; i++) {
        if (high[i] === 0 && low[i] === 0) continue;
        taken.cells[at] = i + band.from * width;
        taken.high[at] = high[i]!;
        taken.low[at++] = low[i]!;
      }
      high.fill(0);
      low.fill(0);
      added = 0;
      return taken;
    },
  };
}
