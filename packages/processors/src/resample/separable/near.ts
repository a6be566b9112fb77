import type { RasterData, RasterSource } from "@quadrat/core/base";
import type { AxisPair } from "./axis-spans.js";
import { columnBlocks } from "./columns.js";
import { readStrips, stripWidth, type StripOptions } from "../windows/strips.js";

/**
 * The pixel under each cell's centre, if columns and rows are independent. Cells without one are left unchanged in
 * `out`. Source rows between those of the cells are read too where that is cheaper than skipping them.
 */
export async function resampleNear(
  source: RasterSource,
  { columns, rows }: AxisPair,
  rowStart: number,
  rowEnd: number,
  pixels: number,
  out: RasterData,
): Promise<void> {
  const gridRows: number[] = [];
  for (let row = rowStart; row < rowEnd; row++) if (rows.centre[row]! >= 0) gridRows.push(row);
  gridRows.sort((p, q) => rows.centre[p]! - rows.centre[q]!);
  const others = [rows.centre[rowStart - 1] ?? -1, rows.centre[rowEnd] ?? -1].filter((row) => row >= 0);
  for (const group of nearbyRows(gridRows, rows.centre, source.blockSize.height)) {
    const top = rows.centre[group[0]!]!;
    const bottom = rows.centre[group.at(-1)!]! + 1;
    const blocks = columnBlocks(columns, stripWidth(source, bottom - top, pixels));
    const keep = blocks.length === 1 ? keptBlocks(source, [top, bottom], others) : undefined;
    for (const block of blocks) {
      let next = 0;
      for await (const strip of readStrips(source, block, top, bottom, { pixels, keep })) {
        for (; next < group.length && rows.centre[group[next]!]! < strip.bottom; next++) {
          const gridRow = group[next]!;
          for (const [p, { from, count, begin }] of block.parts.entries()) {
            const { data, window } = strip.windows[p]!;
            const base = (rows.centre[gridRow]! - window.row) * window.width;
            const target = (gridRow - rowStart) * columns.count + block.start + from;
            gather(data, base, begin, count, out, target);
          }
        }
      }
    }
  }
}

/**
 * A row of cells. A separate function is compiled once; as a part of an asynchronous function it would be
 * compiled many times.
 */
function gather(
  data: RasterData,
  base: number,
  begin: Int32Array,
  count: number,
  out: RasterData,
  target: number,
): void {
  for (let i = 0; i < count; i++) out[target + i] = data[base + begin[i]!]!;
}

/** For strips of all columns of rows `[top, bottom)`, if the bands before and after need rows `others`. */
function keptBlocks(
  { blockSize: { height } }: RasterSource,
  [top, bottom]: readonly [number, number],
  others: readonly number[],
): StripOptions["keep"] {
  const blockOf = (row: number): number => Math.floor(row / height);
  return (from, to) => {
    const [first, last] = [blockOf(from), blockOf(to - 1)];
    const cut = (from > top && from % height !== 0) || (to < bottom && to % height !== 0);
    return cut || others.some((row) => blockOf(row) >= first && blockOf(row) <= last) ? "all" : "none";
  };
}

/** Splits rows, sorted by their pixel, where they are more than a block of the file apart. */
function* nearbyRows(rows: readonly number[], centre: Int32Array, gap: number): Generator<readonly number[]> {
  let start = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && centre[rows[i]!]! - centre[rows[i - 1]!]! <= Math.max(gap, 1)) continue;
    if (i > start) yield rows.slice(start, i);
    start = i;
  }
}
