import type { Mask } from "@quadrat/core";
import type { MaskCoverage } from "@quadrat/core/base";

/** The cells of a mask, and what was noticed while they were found. */
export interface FoundMask {
  readonly mask: Mask;
  /** The fractions that the polygons cover of these cells, if they are wanted. */
  readonly coverage?: MaskCoverage | undefined;
  readonly warnings: readonly string[];
  /** Those of the input's files from which the cells come; default: all. */
  readonly used?: readonly string[] | undefined;
}
