import type { RasterData, RasterSource } from "@quadrat/core/base";
import { columnBlocks } from "./columns.js";
import type { AxisPair } from "./separable.js";
import { readStrips, stripWidth } from "./strips.js";

/**
 * The pixel under each cell's centre, where columns and rows are independent. Cells without one are left as they are
 * in `out`. Source rows that lie between those of the cells are read along where that is cheaper than to skip them.
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
  for (const group of nearbyRows(gridRows, rows.centre, source.blockSize.height)) {
    const top = rows.centre[group[0]!]!;
    const bottom = rows.centre[group.at(-1)!]! + 1;
    for (const block of columnBlocks(columns, stripWidth(source, bottom - top, pixels))) {
      let next = 0;
      for await (const strip of readStrips(source, block, top, bottom, { pixels })) {
        for (; next < group.length && rows.centre[group[next]!]! < strip.bottom; next++) {
          const gridRow = group[next]!;
          for (const [p, { from, count, begin }] of block.parts.entries()) {
            const { data, window } = strip.windows[p]!;
            const base = (rows.centre[gridRow]! - window.row) * window.width;
            const target = (gridRow - rowStart) * columns.count + block.start + from;
            for (let i = 0; i < count; i++) out[target + i] = data[base + begin[i]!]!;
          }
        }
      }
    }
  }
}

/** Cuts rows that are sorted by their pixel where more than a block of the file lies between. */
function* nearbyRows(rows: readonly number[], centre: Int32Array, gap: number): Generator<readonly number[]> {
  let start = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && centre[rows[i]!]! - centre[rows[i - 1]!]! <= Math.max(gap, 1)) continue;
    if (i > start) yield rows.slice(start, i);
    start = i;
  }
}
