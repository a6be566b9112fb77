import type { OpenInput } from "../open-input.js";

/** A column of an entry, whose input is open. */
export interface OpenColumn {
  readonly input: OpenInput;
  /** What it is made from, such as "band 3 of soil.tif"; absent if the entry is this one column. */
  readonly from?: string | undefined;
}
