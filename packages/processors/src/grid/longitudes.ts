import { Axis, type Grid } from "@quadrat/core";
import { parseCrs, type Crs } from "@quadrat/crs";

/** Columns of a grid, moved by full turns of longitude: `axis` applies to coordinates from `from` to `to`. */
export interface Columns {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
  /** Whether `to` itself is included. */
  readonly closed: boolean;
}

/**
 * The number of turns beyond which longitudes are not considered: in tables they are within a turn of Greenwich, whatever
 * their origin.
 */
const farthest = 1.5;

const known = new WeakMap<Grid, readonly Columns[]>();

/**
 * The columns of a grid, for points. If x is a longitude, places a full turn apart are the same: a point whose longitude as
 * written does not lie on the grid is moved by full turns. The first columns that contain a coordinate are used.
 *
 * The grid's eastern edge belongs to its last cell. So does a longitude that has to be moved onto that edge, unless the grid
 * goes around the globe: then the place is also inside the grid, a full turn to the west.
 */
export function columnsOf(grid: Grid): readonly Columns[] {
  let columns = known.get(grid);
  if (!columns) known.set(grid, (columns = makeColumns(grid, fullTurn(parseCrs(grid.crs)))));
  return columns;
}

/** A full turn of longitude in units of x; undefined if x is not a longitude. */
function fullTurn({ isGeographic, definition }: Crs): number | undefined {
  if (!isGeographic) return undefined;
  return decimal((2 * Math.PI) / definition.unitFactor);
}

function makeColumns(grid: Grid, turn: number | undefined): readonly Columns[] {
  const [west, east] = [grid.x.edge(0), grid.x.edge(grid.width)];
  if (turn === undefined) return [{ axis: grid.x, from: west, to: east, closed: true }];
  const whole = east - west >= turn - 1e-9 * turn;
  const end = whole ? Math.max(east, decimal(west + turn)) : east;
  const columns: Columns[] = [{ axis: grid.x, from: west, to: end, closed: true }];
  for (let turns = -3; turns <= 3; turns++) {
    const moved = (x: number): number => decimal(x + turns * turn);
    if (turns === 0 || moved(west) > farthest * turn || moved(east) < -farthest * turn) continue;
    const axis = new Axis(moved(grid.x.first), moved(grid.x.last), grid.width);
    const from = axis.edge(0);
    const end = axis.edge(grid.width);
    columns.push({ axis, from, to: whole ? Math.max(end, decimal(from + turn)) : end, closed: !whole });
  }
  return columns;
}

/** Without the binary noise of a sum of short decimals. */
function decimal(value: number): number {
  return Number(value.toPrecision(15));
}
