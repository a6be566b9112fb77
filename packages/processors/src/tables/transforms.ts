import type { Bounds, Grid } from "@quadrat/core";
import { createTransform, parseCrs, placeOf, type CoordinateTransform, type Crs } from "@quadrat/crs";
import type { CirclePlan } from "./circles/place-circles.js";
import { runPiece } from "./measures/gather.js";
import type { FurtherPlan } from "./further.js";
import type { Rules } from "./judge.js";
import { sqlJudged } from "./records/judged.js";
import type { TableReader, Work } from "./reader.js";

/** A table with points in a CRS. */
export interface PointTable {
  readonly reader: TableReader;
  readonly rules: Rules;
  readonly further: FurtherPlan;
  readonly crs: string;
  /** Set if records are to be spread over their circles of uncertainty, or drawn from them. */
  readonly assign?: Pick<CirclePlan, "assign" | "seed" | "radius"> & { readonly column: string };
}

/** The transforms between them and a grid. */
export interface Transforms {
  /** From the table's CRS to the grid's; undefined if they are the same. */
  readonly toGrid: CoordinateTransform | undefined;
  /** Back, for messages. */
  readonly fromGrid: CoordinateTransform | undefined;
  readonly crsWarnings: readonly string[];
  /** Of tables whose records are to be spread over circles, or drawn from them. */
  readonly circles?: CirclePlan;
}

/**
 * Makes the transforms between a table and a grid. If the shift between their datums depends on where the data are,
 * the table is first read for the extent of its records: those outside the grid count as well, so that no record moves
 * when the grid does.
 */
export async function transformsFor(table: PointTable, grid: Grid, work: Work): Promise<Transforms> {
  const [own, target] = [parseCrs(table.crs), parseCrs(grid.crs)];
  const placeOfGrid = placeWithin(grid.bounds, target);
  // If there is only one shift, the grid's area only affects the wording of its warning.
  const { byPlace } = createTransform(own, target, placeOfGrid);
  // Codes are not coordinates yet.
  const isRead = byPlace && !table.rules.code;
  const place = isRead ? await placeOfRecords(table, own, work) : placeOfGrid;
  const toGrid = createTransform(own, target, place);
  const crsWarnings = toGrid.warnings;
  const globe = parseCrs("EPSG:4326");
  const circles = table.assign && {
    ...table.assign,
    toGlobe: createTransform(own, globe, place),
    fromGlobe: createTransform(globe, target, place),
    toGrid: toGrid.identity ? undefined : toGrid,
  };
  const transforms = toGrid.identity
    ? { toGrid: undefined, fromGrid: undefined, crsWarnings }
    : { toGrid, fromGrid: createTransform(target, own, place), crsWarnings };
  return circles ? { ...transforms, circles } : transforms;
}

type Place = ReturnType<typeof placeOf>;

function placeWithin([xmin, ymin, xmax, ymax]: Bounds, crs: Crs): Place {
  const affine = { a: xmax - xmin, b: 0, c: xmin, d: 0, e: ymin - ymax, f: ymax };
  return placeOf({ width: 1, height: 1, affine }, crs);
}

/** The area of a table's records that have a point, whatever their values; undefined if none has. */
async function placeOfRecords(table: PointTable, crs: Crs, work: Work): Promise<Place> {
  const { store, scratch } = work;
  const extents = scratch.sql("extents");
  await store.exec(
    `CREATE TABLE ${extents} (xmin DOUBLE, xmax DOUBLE, zmin DOUBLE, zmax DOUBLE, ymin DOUBLE, ymax DOUBLE)`,
  );
  for await (const piece of table.reader.pieces(work)) {
    const points = sqlJudged({ ...table, rules: { ...table.rules, third: "none" } }, piece);
    await runPiece(
      work,
      `INSERT INTO ${extents}
       SELECT min(x), max(x), min(z), max(z), min(y), max(y)
       FROM (SELECT x, ${sqlTurned(crs)} AS z, y FROM (${points}) WHERE reason IS NULL)`,
      piece,
    );
  }
  const [row] = await store.rows<{ x: Side; z: Side; y: Side }>(`
    SELECT [min(xmin), max(xmax)] AS x, [min(zmin), max(zmax)] AS z, [min(ymin), max(ymax)] AS y
    FROM ${extents} HAVING count(xmin) > 0`);
  if (!row) return undefined;
  const { x, y, z } = row;
  const [west, east] = z[1] - z[0] < x[1] - x[0] ? z : x;
  return placeWithin([west, y[0], east, y[1]], crs);
}

type Side = readonly [least: number, greatest: number];

/**
 * The longitude x with the cut on the other side of the globe, as records across the antimeridian need it; any other x is
 * unchanged.
 */
function sqlTurned({ isGeographic, definition }: Crs): string {
  if (!isGeographic) return "x";
  const { lon_wrap: middle = 0 } = definition.parameters;
  const turn = (2 * Math.PI) / definition.unitFactor;
  return `CASE WHEN x < '${middle}'::DOUBLE THEN x + '${turn}'::DOUBLE ELSE x END`;
}
