import type { Grid } from "@quadrat/core";

/** What stands for a cell: its centre, or its outline. */
export type GeometryKind = "point" | "polygon";

export const geometryColumn = "geometry";
export const bboxColumn = "bbox";

/** Columns that exist only within the statement. */
const [west, south, east, north] = ["west", "south", "east", "north"].map((side) => `"quadrat ${side}"`) as [
  string,
  string,
  string,
  string,
];

/**
 * A SELECT with the geometry of each cell, as WKB, and its bounding box after the coordinates of one that has `x` and `y`.
 * Borders are those of the grid to the last bit, so that neighbours share them.
 */
export function withGeometry(select: string, grid: Grid, kind: GeometryKind): string {
  const edges = kind === "point" ? pointEdges : cellEdges(grid);
  const wkb = kind === "point" ? pointWkb : polygonWkb;
  const box = `{'xmin': ${west}, 'ymin': ${south}, 'xmax': ${east}, 'ymax': ${north}}`;
  const sides = [west, south, east, north].join(", ");
  return (
    `SELECT x, y, ${wkb} AS ${geometryColumn}, ${box} AS ${bboxColumn}, * EXCLUDE (x, y, ${sides})` +
    ` FROM (SELECT *, ${edges} FROM (${select}))`
  );
}

const pointEdges = `x AS ${west}, y AS ${south}, x AS ${east}, y AS ${north}`;

function cellEdges({ x, y }: Grid): string {
  // A centre is half a cell from the border before it, so that no rounding leads to another cell.
  const column = `floor((x - ${exact(x.first)}) / ${exact(x.step)})::BIGINT`;
  const row = `floor((y - ${exact(y.first)}) / ${exact(y.step)})::BIGINT`;
  return [
    `${x.sqlEdge(column)} AS ${west}`,
    `${y.sqlEdge(`${row} + 1`)} AS ${south}`,
    `${x.sqlEdge(`${column} + 1`)} AS ${east}`,
    `${y.sqlEdge(row)} AS ${north}`,
  ].join(", ");
}

function exact(value: number): string {
  return `'${value}'::DOUBLE`;
}

/*
 * WKB in the order that starts with the most significant byte, which is the one in which DuckDB gives the bits of a number.
 */

const bytes = (column: string): string => `${column}::BIT::BLOB`;
const pointWkb = `'\\x00\\x00\\x00\\x00\\x01'::BLOB || ${bytes(west)} || ${bytes(south)}`;

/** A ring of five points, counterclockwise from the south-west. */
const polygonWkb = `'\\x00\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x05'::BLOB || ${[
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]
  .flat()
  .map(bytes)
  .join(" || ")}`;
