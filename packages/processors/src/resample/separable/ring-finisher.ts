import type { RasterData } from "@quadrat/core/base";
import type { AxisPair } from "./axis-spans.js";
import { withSpans, type ColumnBlock } from "./columns.js";
import type { Reduction } from "./reduced-row.js";
import { rowRing, type RowRing } from "./row-ring.js";
import type { CellMaker, DirectWriter, RowFinisher } from "./separable.js";

/** Turns rings of reduced rows into one row of cells. */
export interface RingFinisher {
  /** What the source's rows are reduced to; the first stage extends at least as far as any other. */
  readonly stages: readonly [RingStage, ...RingStage[]];
  /** Prepares the writing of cells, whose reduced rows `rings` will hold, for one block of columns. */
  start(
    rings: readonly RowRing[],
    block: ColumnBlock,
  ): (gridRow: number, out: RasterData, offset: number) => void;
  /** See {@link RowFinisher.direct}. */
  direct?(block: ColumnBlock): DirectWriter | undefined;
  /** See {@link RowFinisher.means}. */
  readonly means?: boolean;
  /** Computes some of a block's cells without rings, if it can. */
  vectors?(block: ColumnBlock, capacity: number): CellMaker | undefined;
}

export interface RingStage {
  readonly axes: AxisPair;
  readonly reduction: Reduction;
}

export function withRings(finisher: RingFinisher): RowFinisher {
  return {
    axes: finisher.stages[0].axes,
    cells(block, capacity) {
      const vectors = finisher.vectors?.(block, capacity);
      if (!vectors) return [ringCells(finisher, block, capacity)];
      const around = [
        { ...block, end: vectors.start },
        { ...block, start: vectors.end },
      ].filter(({ start, end }) => start < end);
      return [vectors, ...around.map((rest) => ringCells(finisher, rest, capacity))];
    },
    direct: (block) => finisher.direct?.(block),
    means: finisher.means ?? false,
  };
}

function ringCells(finisher: RingFinisher, block: ColumnBlock, capacity: number): CellMaker {
  const rings = finisher.stages.map(({ axes, reduction }) =>
    rowRing(axes.columns, withSpans(axes.columns, block), reduction, capacity),
  );
  return {
    start: block.start,
    end: block.end,
    reduce(sourceRow, windows) {
      for (const ring of rings) ring.reduce(sourceRow, windows);
    },
    write: finisher.start(rings, block),
    release: () => undefined,
  };
}
