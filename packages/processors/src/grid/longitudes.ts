import { Axis, type Grid } from "@quadrat/core";
import { parseCrs, type Crs } from "@quadrat/crs";

/** Columns of a grid, moved by full turns of longitude: coordinates from `from` to `to` count along `axis`. */
export interface Columns {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
  /** Whether `to` itself counts. */
  readonly closed: boolean;
}

/** Turns beyond which longitudes are not looked for: tables have them within a turn of Greenwich, whatever they count from. */
const farthest = 1.5;

const known = new WeakMap<Grid, readonly Columns[]>();

/**
 * Where a grid's columns are for points. Where x is a longitude, places a full turn apart are one: a point whose longitude does not
 * lie on the grid as it is written is moved by full turns. The first columns that hold a coordinate are its own.
 *
 * The grid's eastern edge belongs to its last cell. A longitude that has to be moved onto it does so too, unless the grid goes
 * around the globe: then the place is inside the grid as well, a full turn to the west.
 */
export function columnsOf(grid: Grid): readonly Columns[] {
  let columns = known.get(grid);
  if (!columns) known.set(grid, (columns = makeColumns(grid, fullTurn(parseCrs(grid.crs)))));
  return columns;
}

/** A full turn of longitude in units of x; undefined where x is not a longitude. */
export function fullTurn({ isGeographic, definition }: Crs): number | undefined {
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
