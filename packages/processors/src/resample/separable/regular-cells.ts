import type { AxisSpans } from "./axis-spans.js";
import type { ColumnBlock } from "./columns.js";

/**
 * Neighbouring cells of a block, an even number, each with one run of the same number of pixels, at the same distance from
 * the previous one.
 */
export interface RegularCells {
  /** Pixels of a cell along the row. */
  readonly taps: number;
  /** Pixels from one cell to the next. */
  readonly stride: number;
  /** The position of the pixel under the centre among the taps. */
  readonly centre: number;
  /** Grid columns. */
  readonly start: number;
  readonly end: number;
  /** The part of the block in which they are. */
  readonly part: number;
  /** The first pixel, counted from the part's left. */
  readonly first: number;
}

/** The regular cells around the middle of a block: in most grids all except those at a border or a seam. */
export function regularCells(spans: AxisSpans, block: ColumnBlock): RegularCells | undefined {
  const { first, start, end, centre, turns } = spans;
  const seed = (block.start + block.end) >> 1;
  const run = first[seed]!;
  if (seed + 1 >= block.end || first[seed + 1] !== run + 1) return undefined;
  const taps = end[run]! - start[run]!;
  const stride = start[run + 1]! - start[run]!;
  const under = centre[seed]! - start[run]!;
  const part = block.parts.findIndex((other) => other.turns === turns[run]);
  if (!(stride > 0) || under < 0 || under >= taps || part < 0) return undefined;
  const fits = (cell: number): boolean => {
    const r = first[cell]!;
    return (
      first[cell + 1] === r + 1 &&
      turns[r] === turns[run] &&
      start[r] === start[run]! + (cell - seed) * stride &&
      end[r] === start[r] + taps &&
      centre[cell] === start[r] + under
    );
  };
  let from = seed;
  let to = seed + 1;
  while (from > block.start && fits(from - 1)) from--;
  while (to < block.end && fits(to)) to++;
  to -= (to - from) % 2;
  if (to === from) return undefined;
  const left = start[first[from]!]! - block.parts[part]!.left;
  return { start: from, end: to, part, first: left, taps, stride, centre: under };
}
