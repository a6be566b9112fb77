import type { Grid } from "../grid/grid.js";
import { qualify, quoteLiteral, type TableName } from "../store/store.js";
import type { DatasetEntry } from "./dataset-entry.js";
import { listedCells } from "./listed-cells.js";
import { maskCells } from "./mask-table.js";

/** The table of the cells whose centres lie outside of a dense dataset's input. */
export function outsideOf(name: string): TableName {
  return { schema: "outside", table: name };
}

/**
 * The statement that creates `why."<dataset>"`: `cell, x, y, value, why`, a row for every cell of the grid, or of the mask. `why` is NULL
 * where there is a value; otherwise it is `outside` if the cell's centre lies outside of the input, `nodata` if the input
 * has no value there, and `no record` if a table or a query has none for the cell. Of a dataset of several columns, `value` is
 * how many of them have a value.
 */
export function whyView(
  { name, layout, lists }: Pick<DatasetEntry, "name" | "layout" | "lists">,
  grid: Grid,
  { several = false, masked = false }: { readonly several?: boolean; readonly masked?: boolean } = {},
): string {
  const { x, y } = grid.sqlCentre("cell");
  const columns = `cell, ${x} AS x, ${y} AS y, value`;
  const table = qualify({ schema: layout, table: name });
  const cell = layout === "dense" ? "rowid" : "cell";
  const listed = lists ? listedCells(name) : `(SELECT ${cell} AS cell, parts FROM ${table})`;
  const source = several ? `(SELECT cell, len(parts)::INTEGER AS value FROM ${listed})` : table;
  const all = several ? source : `(SELECT rowid AS cell, value FROM ${source})`;
  const dense = masked ? `(SELECT cell, value FROM ${maskCells} JOIN ${all} USING (cell))` : all;
  const select =
    layout === "dense"
      ? `SELECT ${columns}, CASE WHEN value IS NOT NULL THEN NULL WHEN cell < end_cell THEN 'outside' ELSE 'nodata' END AS why ` +
        `FROM ${dense} ASOF LEFT JOIN ${qualify(outsideOf(name))} ON cell >= first_cell`
      : `SELECT ${columns}, CASE WHEN value IS NULL THEN 'no record' END AS why ` +
        `FROM ${masked ? `${maskCells} AS cells` : `range(0, ${grid.size}) AS cells(cell)`} LEFT JOIN ${source} USING (cell)`;
  return `CREATE OR REPLACE VIEW ${qualify({ schema: "why", table: name })} AS ${select}`;
}

/** The statement that creates `staged.why('<dataset>')` from the datasets' views. */
export function whyMacro(names: readonly string[]): string {
  const parts = names.map(
    (name) =>
      `SELECT ${quoteLiteral(name)} AS name_of_view, * FROM ${qualify({ schema: "why", table: name })}`,
  );
  return (
    "CREATE OR REPLACE MACRO staged.why(name_of_dataset) AS TABLE SELECT * EXCLUDE (name_of_view) " +
    `FROM (${parts.join(" UNION ALL ")}) WHERE name_of_view = name_of_dataset`
  );
}
