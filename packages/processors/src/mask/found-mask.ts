import type { Mask } from "@quadrat/core";

/** The cells of a mask, and what was noticed while they were found. */
export interface FoundMask {
  readonly mask: Mask;
  readonly warnings: readonly string[];
  /** Those of the input's files from which the cells come; default: all. */
  readonly used?: readonly string[] | undefined;
}
