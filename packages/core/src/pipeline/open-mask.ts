import type { Mask } from "../grid/mask.js";
import type { HashedFile } from "../inputs/input-files.js";

/** The cells that may become rows, and what they were made from. */
export interface OpenMask {
  readonly cells: Mask;
  /** The number of cells on the whole grid, of which `cells` may have a part. */
  readonly size: number;
  /** The file, and those beside it, with their content. */
  readonly files: readonly HashedFile[];
}
