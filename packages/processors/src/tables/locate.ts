import type { Axis, Grid } from "@quadrat/core";
import { columnsOf, type Columns } from "../grid/longitudes.js";

/**
 * The index of the cell that contains a coordinate, or -1 outside the axis. A point on an inner edge belongs to the
 * cell that begins there, a point on the end of the axis to the last cell.
 *
 * The quotient (coordinate - first) / step may be off by a rounding error, which matters only near an edge: it
 * chooses the nearest edge, and the exact coordinate of that edge decides.
 */
export function cellIndex(axis: Axis, coordinate: number): number {
  const [low, high] = ends(axis);
  if (!(coordinate >= low && coordinate <= high)) return -1;
  const nearest = Math.floor((coordinate - axis.first) / axis.step + 0.5);
  const edge = axis.edge(nearest);
  const before = axis.step < 0 ? coordinate > edge : coordinate < edge;
  return Math.min(before ? nearest - 1 : nearest, axis.count - 1);
}

/** The cell that contains a point, or -1 outside the grid; see {@link columnsOf} for longitudes beyond it. */
export function cellOf(grid: Grid, x: number, y: number): number {
  const row = cellIndex(grid.y, y);
  if (row < 0) return -1;
  const columns = columnsOf(grid).find(({ from, to, closed }) => x >= from && (closed ? x <= to : x < to));
  if (!columns) return -1;
  const column = cellIndex(columns.axis, x);
  // A grid around the globe may miss a full turn by rounding.
  return row * grid.width + (column < 0 ? grid.width - 1 : column);
}

/**
 * {@link cellOf} as SQL of type BIGINT, NULL outside the grid, for the columns x and y of `from`, which are of
 * type DOUBLE. Indices are doubles until the end: whole numbers of at most 53 bits.
 * @param columns other columns of `from` to select
 */
export function sqlCellOf(grid: Grid, from: string, columns: readonly string[]): string {
  const places = columnsOf(grid);
  const column = sqlByColumns(places, ({ axis }) => sqlIndex(axis, "x", "edge_x"));
  const edge = sqlByColumns(places, ({ axis }) => sqlNearestEdge(axis, "x"));
  const inside = `(${places.map(sqlHolds).join(" OR ")}) AND ${isInside(grid.y, "y")}`;
  const cell = `${sqlIndex(grid.y, "y", "edge_y")} * ${grid.width} + ${column}`;
  return `
    SELECT ${columns.join(", ")}, CASE WHEN ${inside} THEN (${cell})::BIGINT END AS cell
    FROM (SELECT *, ${edge} AS edge_x, ${sqlNearestEdge(grid.y, "y")} AS edge_y FROM (${from}))`;
}

/** An expression that depends on which of the columns contain x. */
function sqlByColumns(places: readonly Columns[], expression: (columns: Columns) => string): string {
  const [first, ...others] = places;
  if (others.length === 0) return expression(first!);
  const cases = places.map((columns) => `WHEN ${sqlHolds(columns)} THEN ${expression(columns)}`);
  return `CASE ${cases.join(" ")} END`;
}

function sqlHolds({ from, to, closed }: Columns): string {
  return `(x >= ${double(from)} AND x ${closed ? "<=" : "<"} ${double(to)})`;
}

function isInside(axis: Axis, column: string): string {
  const [low, high] = ends(axis);
  return `${column} BETWEEN ${double(low)} AND ${double(high)}`;
}

function sqlNearestEdge(axis: Axis, column: string): string {
  return `floor((${column} - ${double(axis.first)}) / ${double(axis.step)} + ${double(0.5)})`;
}

function sqlIndex(axis: Axis, column: string, edge: string): string {
  const before = `${column} ${axis.step < 0 ? ">" : "<"} ${axis.sqlEdge(edge)}`;
  return `least(${edge} - (${before})::DOUBLE, ${double(axis.count - 1)})`;
}

function ends(axis: Axis): readonly [low: number, high: number] {
  const [first, last] = [axis.edge(0), axis.edge(axis.count)];
  return first < last ? [first, last] : [last, first];
}

function double(value: number): string {
  return `'${value}'::DOUBLE`;
}
