import { qualify, type TableName } from "../store/store.js";

/**
 * The table of the lists of a dense dataset of several columns, each of which is there once: `list`, its number, then `parts` and
 * `vals`. The dense table has the number of each cell's list. Numbers ascend with the cells at which lists are met.
 */
export function listsTable(name: string): TableName {
  return { schema: "lists", table: name };
}

/** The cells of such a dataset with their lists, as a table in SQL: `cell`, `parts`, `vals`, in any order. */
export function listedCells(name: string): string {
  const numbers = `(SELECT rowid AS cell, list FROM ${qualify({ schema: "dense", table: name })})`;
  return `(SELECT cell, parts, vals FROM ${numbers} LEFT JOIN ${qualify(listsTable(name))} USING (list))`;
}
