import type { MergedTable } from "@quadrat/core";
import type { CellsOfRows } from "../merge/cells-of-rows.js";
import { RangeMerge } from "../merge/merged-table.js";
import { cellFinder } from "./cell-values.js";

/** The cells of a table's rows, ascending; of one that a plugin has made they are found by reading all of it. */
export function cellsOfMerged(merged: MergedTable): AsyncIterable<CellsOfRows> {
  return merged instanceof RangeMerge ? merged.cells() : fromRows(merged);
}

async function* fromRows(merged: MergedTable): AsyncGenerator<CellsOfRows> {
  const cellsOf = cellFinder(merged.grid);
  for await (const batch of merged.batches()) yield { first: 0, offsets: cellsOf(batch) };
}
