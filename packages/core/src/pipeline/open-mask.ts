import type { MaskCoverage } from "../grid/mask-coverage.js";
import type { Mask } from "../grid/mask.js";
import type { HashedFile } from "../inputs/input-files.js";

/** The cells that may become rows, and what they were made from. */
export interface OpenMask {
  readonly cells: Mask;
  /** The number of cells on the whole grid, of which `cells` may have a part. */
  readonly size: number;
  /** The fractions of these cells that polygons cover, if they are wanted. */
  readonly coverage?: MaskCoverage | undefined;
  /** The file, and those beside it, with their content. */
  readonly files: readonly HashedFile[];
}

/** The mask of rows `[first, end)` of the grid. */
export function maskOfRows(mask: OpenMask, first: number, end: number): OpenMask {
  return {
    ...mask,
    cells: mask.cells.rows(first, end),
    ...(mask.coverage && { coverage: mask.coverage.rows(first, end) }),
  };
}
