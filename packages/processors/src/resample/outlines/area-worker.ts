import type { Accumulator } from "../methods/accumulator.js";
import type { AxisPair } from "../separable/axis-spans.js";
import type { AtOnce, CellBlock, CellWorker } from "../windows/cells.js";
import { pieceBuilder, type Pieces } from "../windows/pieces.js";

/** The areas of pixels covered by cells. */
export interface CellShapes {
  load(block: CellBlock): Pieces;
  /** Selects `cell`, counted from the first of the loaded block, as the one whose pieces are requested. */
  select(cell: number): void;
  /** The area of the whole selected cell, in pixels. */
  area(): number;
  /**
   * Writes the coverage fraction of each pixel of the piece in source rows `[top, bottom)`, row by row; 0 for pixels that are
   * not touched.
   */
  fill(piece: number, top: number, bottom: number, fractions: Float64Array): void;
  /** Set if most blocks need no pieces. */
  atOnce?(accumulator: Accumulator): AtOnce;
}

/** The number of pixels whose coverage fractions are computed at once. */
const fractionsAtOnce = 1 << 15;

export function areaWorker(shapes: CellShapes, accumulator: Accumulator): CellWorker {
  let fractions = new Float64Array(fractionsAtOnce);
  let pieces: Pieces;
  return {
    atOnce: shapes.atOnce?.(accumulator),
    load(block) {
      return (pieces = shapes.load(block));
    },
    begin(cell) {
      shapes.select(cell);
      accumulator.reset();
      if (accumulator.cellArea) accumulator.cellArea[0] = shapes.area();
    },
    add(piece, top, bottom, { data, window }) {
      const left = pieces.left[piece]!;
      const columns = pieces.right[piece]! - left;
      const step = Math.max(1, Math.floor(fractionsAtOnce / columns));
      if (columns > fractions.length) fractions = new Float64Array(columns);
      for (let row = top; row < bottom; row += step) {
        const end = Math.min(bottom, row + step);
        shapes.fill(piece, row, end, fractions);
        const offset = (row - window.row) * window.width + left - window.col;
        accumulator.add(data, offset, window.width, fractions, columns, end - row, 0);
      }
    },
    end: () => accumulator.result(),
  };
}

/** Rectangles: the cells of a grid whose columns and rows are parallel to the source's. */
export function rectangles({ columns, rows }: AxisPair): CellShapes {
  let pieces: Pieces;
  let columnRuns = new Int32Array(0);
  let rowRuns = new Int32Array(0);
  let [firstRow, firstColumn, across, selected] = [0, 0, 1, 0];
  return {
    load({ top, bottom, left, right }) {
      [firstRow, firstColumn, across] = [top, left, right - left];
      const builder = pieceBuilder((bottom - top) * (right - left));
      const most = (bottom - top) * (columns.first[right]! - columns.first[left]!);
      if (columnRuns.length < most) {
        columnRuns = new Int32Array(most);
        rowRuns = new Int32Array(most);
      }
      let piece = 0;
      for (let row = top; row < bottom; row++) {
        const r = rows.first[row]!;
        const covered = rows.first[row + 1]! > r;
        for (let column = left; column < right; column++) {
          const end = covered ? columns.first[column + 1]! : 0;
          for (let c = columns.first[column]!; c < end; c++) {
            builder.add(columns.turns[c]!, columns.start[c]!, columns.end[c]!, rows.start[r]!, rows.end[r]!);
            columnRuns[piece] = c;
            rowRuns[piece++] = r;
          }
          builder.close();
        }
      }
      return (pieces = builder.build());
    },
    select(cell) {
      selected = cell;
    },
    area: () =>
      columns.lengths![firstColumn + (selected % across)]! *
      rows.lengths![firstRow + Math.floor(selected / across)]!,
    fill(piece, top, bottom, fractions) {
      const width = pieces.right[piece]! - pieces.left[piece]!;
      const along = columns.offset[columnRuns[piece]!]!;
      const down = rows.offset[rowRuns[piece]!]! - pieces.top[piece]!;
      for (let row = top, k = 0; row < bottom; row++) {
        const fraction = rows.weights[down + row]!;
        for (let i = 0; i < width; i++) fractions[k++] = fraction * columns.weights[along + i]!;
      }
    },
  };
}
