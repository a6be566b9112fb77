import type { AxisSpans } from "./axis-spans.js";

/** The runs of neighbouring cells in one range of the source's columns, one run per cell. */
export interface ColumnPart {
  /** The full turns by which its cells were moved. */
  readonly turns: number;
  /** Source columns `[left, right)`, read together. */
  readonly left: number;
  readonly right: number;
  /** The first cell, counted from the block's own first, and the number of cells. */
  readonly from: number;
  readonly count: number;
  /** For each cell: its first pixel, counted from `left`, the number of pixels, and where its weights begin. */
  readonly begin: Int32Array;
  readonly length: Int32Array;
  readonly offset: Int32Array;
  /**
   * The number of pixels if it is the same for all cells and the pixels follow each other without a gap and with weight 1;
   * else 0.
   */
  readonly uniform: number;
}

/** Cells of some grid columns, with the parts of the source that they need: two if they meet its seam. */
export interface ColumnBlock {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly ColumnPart[];
  /** The total number of source columns. */
  readonly width: number;
}

interface Range {
  readonly turns: number;
  left: number;
  right: number;
}

const known = new WeakMap<AxisSpans, Map<number, readonly ColumnBlock[]>>();

/** Widths change with the remaining memory. */
const mostCuts = 4;

/** Cuts the grid's columns into blocks that need at most `maxWidth` source columns, or one cell each. */
export function columnBlocks(spans: AxisSpans, maxWidth: number): readonly ColumnBlock[] {
  const cuts = known.get(spans) ?? new Map<number, readonly ColumnBlock[]>();
  known.set(spans, cuts);
  let blocks = cuts.get(maxWidth);
  if (blocks) return blocks;
  if (cuts.size === mostCuts) cuts.clear();
  cuts.set(maxWidth, (blocks = cut(spans, maxWidth)));
  return blocks;
}

function cut(spans: AxisSpans, maxWidth: number): readonly ColumnBlock[] {
  const blocks: ColumnBlock[] = [];
  let start = 0;
  let ranges: Range[] = [];
  for (let cell = 0; cell <= spans.count; cell++) {
    const whole = cell < spans.count && widen(ranges, spans, cell, cell > start ? maxWidth : Infinity);
    if (whole) continue;
    ranges.sort((p, q) => p.turns - q.turns);
    const parts = ranges.map((range) => partOf(spans, start, cell, range));
    if (parts.length > 0) blocks.push({ start, end: cell, parts, width: totalWidth(ranges) });
    if (cell === spans.count) break;
    start = cell--;
    ranges = [];
  }
  return blocks;
}

/** Adds a cell's runs to the ranges, unless these would become wider than `maxWidth` in total. */
function widen(ranges: Range[], spans: AxisSpans, cell: number, maxWidth: number): boolean {
  const before = ranges.map((range) => ({ ...range }));
  for (let run = spans.first[cell]!; run < spans.first[cell + 1]!; run++) {
    const turns = spans.turns[run]!;
    const range = ranges.find((other) => other.turns === turns);
    if (range) {
      range.left = Math.min(range.left, spans.start[run]!);
      range.right = Math.max(range.right, spans.end[run]!);
    } else {
      ranges.push({ turns, left: spans.start[run]!, right: spans.end[run]! });
    }
  }
  if (totalWidth(ranges) <= maxWidth) return true;
  ranges.splice(0, ranges.length, ...before);
  return false;
}

/** The same cells and source columns as `block`, with the runs that other spans have there. */
export function withSpans(spans: AxisSpans, block: ColumnBlock): ColumnBlock {
  return { ...block, parts: block.parts.map((part) => partOf(spans, block.start, block.end, part)) };
}

function totalWidth(ranges: readonly Range[]): number {
  let width = 0;
  for (const { left, right } of ranges) width += right - left;
  return width;
}

function partOf(
  spans: AxisSpans,
  start: number,
  end: number,
  { turns, left, right }: Readonly<Range>,
): ColumnPart {
  const runs: number[] = [];
  let from = 0;
  for (let cell = start; cell < end; cell++) {
    for (let run = spans.first[cell]!; run < spans.first[cell + 1]!; run++) {
      if (spans.turns[run] !== turns) continue;
      if (runs.length === 0) from = cell - start;
      runs.push(run);
    }
  }
  const begin = Int32Array.from(runs, (run) => spans.start[run]! - left);
  const length = Int32Array.from(runs, (run) => spans.end[run]! - spans.start[run]!);
  const offset = Int32Array.from(runs, (run) => spans.offset[run]!);
  const uniform = uniformLength(spans.weights, begin, length, offset);
  return { turns, left, right, from, count: runs.length, begin, length, offset, uniform };
}

function uniformLength(
  weights: Float64Array,
  begin: Int32Array,
  length: Int32Array,
  offset: Int32Array,
): number {
  const size = length[0] ?? 0;
  for (let i = 0; i < length.length; i++) {
    if (length[i] !== size || begin[i] !== begin[0]! + i * size) return 0;
    for (let k = 0; k < size; k++) if (weights[offset[i]! + k] !== 1) return 0;
  }
  return size;
}
