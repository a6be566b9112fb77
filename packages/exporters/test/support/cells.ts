import type { Grid, MergedTable } from "@quadrat/core";
import { Float64 } from "apache-arrow";
import { tableOf, wholeBatch, type TestColumn } from "./tables.js";

/** A table of the grid's cells but for those of `missing`; columns have a value for every cell of the grid. */
export function cellsTable(
  grid: Grid,
  columns: readonly TestColumn[],
  missing: (cell: number) => boolean = () => false,
  sizes?: readonly number[],
): MergedTable {
  const cells = Array.from({ length: grid.size }, (_, cell) => cell).filter((cell) => !missing(cell));
  const whole = wholeBatch([
    { name: "x", type: new Float64(), values: cells.map((cell) => grid.x.centre(cell % grid.width)) },
    {
      name: "y",
      type: new Float64(),
      values: cells.map((cell) => grid.y.centre(Math.floor(cell / grid.width))),
    },
    ...columns.map(({ name, type, values }) => ({ name, type, values: cells.map((cell) => values[cell]!) })),
  ]);
  return { ...tableOf(whole, sizes), grid };
}
