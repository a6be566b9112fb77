import type { AxisSpans } from "./axis-spans.js";

/** The runs of neighbouring cells that lie in one range of the source's columns, one run a cell. */
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
  /** The number of pixels where it is the same for all cells, they follow each other without a gap and weigh 1; else 0. */
  readonly uniform: number;
}

/** Cells of some grid columns, with the parts of the source that they need: two where they meet its seam. */
export interface ColumnBlock {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly ColumnPart[];
  /** Source columns in all. */
  readonly width: number;
}

/** Cuts the grid's columns into blocks that need at most `maxWidth` source columns, or one cell each. */
export function* columnBlocks(spans: AxisSpans, maxWidth: number): Generator<ColumnBlock> {
  let start = 0;
  while (start < spans.count) {
    const ranges = new Map<number, { left: number; right: number }>();
    let end = start;
    while (end < spans.count) {
      const needed = widen(ranges, spans, end);
      if (end > start && totalWidth(needed) > maxWidth) break;
      for (const [turns, range] of needed) ranges.set(turns, range);
      end++;
    }
    const parts = [...ranges]
      .sort(([p], [q]) => p - q)
      .map(([turns, range]) => part(spans, start, end, turns, range));
    yield { start, end, parts, width: totalWidth(ranges) };
    start = end;
  }
}

/** The same cells and source columns as `block`, with the runs that other spans have there. */
export function withSpans(spans: AxisSpans, block: ColumnBlock): ColumnBlock {
  return { ...block, parts: block.parts.map((p) => part(spans, block.start, block.end, p.turns, p)) };
}

function widen(ranges: ReadonlyMap<number, { left: number; right: number }>, spans: AxisSpans, cell: number) {
  const needed = new Map(ranges);
  for (let run = spans.first[cell]!; run < spans.first[cell + 1]!; run++) {
    const range = needed.get(spans.turns[run]!);
    const left = Math.min(range?.left ?? Infinity, spans.start[run]!);
    const right = Math.max(range?.right ?? -Infinity, spans.end[run]!);
    needed.set(spans.turns[run]!, { left, right });
  }
  return needed;
}

function totalWidth(ranges: ReadonlyMap<number, { left: number; right: number }>): number {
  let width = 0;
  for (const { left, right } of ranges.values()) width += right - left;
  return width;
}

function part(
  spans: AxisSpans,
  start: number,
  end: number,
  turns: number,
  { left, right }: { readonly left: number; readonly right: number },
): ColumnPart {
  const runs: number[] = [];
  let from = -1;
  for (let cell = start; cell < end; cell++) {
    for (let run = spans.first[cell]!; run < spans.first[cell + 1]!; run++) {
      if (spans.turns[run] !== turns) continue;
      if (from < 0) from = cell - start;
      runs.push(run);
    }
  }
  const begin = Int32Array.from(runs, (run) => spans.start[run]! - left);
  const length = Int32Array.from(runs, (run) => spans.end[run]! - spans.start[run]!);
  const offset = Int32Array.from(runs, (run) => spans.offset[run]!);
  return {
    turns,
    left,
    right,
    from: Math.max(0, from),
    count: runs.length,
    begin,
    length,
    offset,
    uniform: uniformLength(spans, runs),
  };
}

function uniformLength(spans: AxisSpans, runs: readonly number[]): number {
  if (runs.length === 0) return 0;
  const length = spans.end[runs[0]!]! - spans.start[runs[0]!]!;
  for (const [i, run] of runs.entries()) {
    if (
      spans.start[run] !== spans.start[runs[0]!]! + i * length ||
      spans.end[run] !== spans.start[run]! + length
    ) {
      return 0;
    }
    for (let k = 0; k < length; k++) if (spans.weights[spans.offset[run]! + k] !== 1) return 0;
  }
  return length;
}
