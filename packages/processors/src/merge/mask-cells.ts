import type { Mask, Store } from "@quadrat/core";
import { cellRanges, joinedCells } from "@quadrat/core/base";
import { flagBatch } from "./kept-cells.js";
import { maskFlags } from "./merge-query.js";

/** Writes {@link maskFlags}, by which a join of dense tables keeps the cells of the mask. */
export async function writeMaskFlags(store: Store, mask: Mask): Promise<void> {
  await store.exec(`CREATE OR REPLACE TABLE ${maskFlags} (keep UTINYINT)`);
  const flags = function* () {
    for (const { first, end } of cellRanges(mask.width * mask.height, joinedCells)) {
      const keep = new Uint8Array(end - first);
      markInside(keep, mask, first, end);
      yield flagBatch(keep);
    }
  };
  await store.append({ schema: "masked", table: "cells" }, flags());
}

/** Sets 1 for cells `[first, end)` that are in the mask. */
export function markInside(keep: Uint8Array, mask: Mask, first: number, end: number): void {
  const { width } = mask;
  mask.each(Math.floor(first / width), Math.ceil(end / width), (row, from, to) => {
    const start = row * width - first;
    const [left, right] = [Math.max(0, start + from), Math.min(end - first, start + to)];
    if (left < right) keep.fill(1, left, right);
  });
}
