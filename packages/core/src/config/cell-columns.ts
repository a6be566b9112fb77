import * as z from "zod";
import { key, oneOf } from "./keys.js";
import { cellColumns, type CellColumn } from "./types.js";

const cellColumn = oneOf(
  cellColumns,
  "area: square metres on the ellipsoid; lonlat: longitude and latitude of the centre; row, column: counted from 0.",
);

/** The key `cells:`. */
export const cellsKey = key(z.array(cellColumn).min(1), {
  description: "Columns that describe each cell, after x and y, in this order.",
  allowed: "a list of area, lonlat, row, column",
  names: cellColumns,
});

/** A column that describes the cell, in the order in which a row has it. */
export interface CellColumnFacts {
  readonly name: "cell_area" | "lon" | "lat" | "row" | "column" | "mask_coverage";
  readonly type: "float64" | "uint32";
  readonly description: string;
}

const facts = {
  area: [
    {
      name: "cell_area",
      type: "float64",
      description: "area of the cell, square metres on the ellipsoid of the grid's CRS",
    },
  ],
  lonlat: [
    { name: "lon", type: "float64", description: "longitude of the cell's centre, degrees" },
    { name: "lat", type: "float64", description: "latitude of the cell's centre, degrees" },
  ],
  row: [{ name: "row", type: "uint32", description: "row of the grid, from 0 in the north" }],
  column: [{ name: "column", type: "uint32", description: "column of the grid, from 0 in the west" }],
} as const satisfies Record<CellColumn, readonly CellColumnFacts[]>;

const maskCoverage: CellColumnFacts = {
  name: "mask_coverage",
  type: "float64",
  description: "fraction of the cell that the polygons of the mask cover together",
};

/** What adds columns to every row, after x and y. */
export interface CellSettings {
  readonly cells?: readonly CellColumn[] | undefined;
  readonly mask?: { readonly coverage?: boolean | undefined } | undefined;
}

/** The columns that `cells:` adds, and the one that `mask: {coverage: true}` adds after them. */
export function columnsOfCells({ cells = [], mask }: CellSettings): readonly CellColumnFacts[] {
  const described = cells.flatMap((cell): readonly CellColumnFacts[] => facts[cell]);
  return mask?.coverage ? [...described, maskCoverage] : described;
}
