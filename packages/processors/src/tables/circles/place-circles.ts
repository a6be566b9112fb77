import type { Grid } from "@quadrat/core";
import type { CoordinateTransform } from "@quadrat/crs";
import * as arrow from "apache-arrow";
import type { Extent } from "../extent.js";
import { batchRows, hasPoint, slotFinder, slotOf, withSlots, type PlacedColumns } from "../place.js";
import type { Work } from "../reader.js";
import { classifier, withoutImage } from "./classify.js";
import { drawFrom } from "./random.js";
import { distanceWithin, placeAt } from "./places.js";

/** What is done with circles of uncertainty, and the way from the table's coordinates to the globe and to the grid. */
export interface CirclePlan {
  readonly assign: "random" | "fraction";
  readonly seed: number;
  /** SQL of a record's uncertainty in metres, from its further columns. */
  readonly radius: string;
  /** To longitudes and latitudes on WGS 84, in degrees. */
  readonly toGlobe: CoordinateTransform;
  readonly fromGlobe: CoordinateTransform;
  /** From the table's CRS to the grid's. */
  readonly toGrid: CoordinateTransform | undefined;
}

/** What was found while circles were placed. */
export interface CircleFindings {
  /** Records without an uncertainty that can be used: they stand where their coordinates are. */
  points: number;
  /** Records whose circles reach beyond the grid, and how many records are lost by that. */
  cut: number;
  lost: number;
}

export function noFindings(): CircleFindings {
  return { points: 0, cut: 0, lost: 0 };
}

/** Further columns of placed records whose circles are divided: rows are NaN where a circle is not. */
export const circleColumns = ["u", "ctop", "cbottom"] as const;

/**
 * Places judged records, which have their uncertainty as `u`, in the cells where their circles lie; those that lie in
 * several cells have the rows of the grid that they touch as `ctop` and `cbottom`.
 */
export async function placeWithCircles(
  judged: string,
  grid: Grid,
  work: Work,
  plan: CirclePlan,
  extent: Extent,
  findings: CircleFindings,
  { also, inGrid }: PlacedColumns,
): Promise<string> {
  const { store, scratch } = work;
  const [points, marks] = [scratch.sql("points"), scratch.sql("marks")];
  await store.exec(`CREATE OR REPLACE TABLE ${points} AS ${judged}`);
  await store.exec(
    `CREATE OR REPLACE TABLE ${marks} (${columnsOfMarks(["slot", "ctop", "cbottom"], inGrid)})`,
  );
  const classify = classifier({ grid, fromGlobe: plan.fromGlobe });
  const [outside, domain, masked] = [slotOf("outside"), slotOf("domain"), slotOf("masked")];
  const { mask } = work;
  const batches = batchesOf(work, points, [], extent, plan, (circles) => {
    const { cells, tops, bottoms, cut, lost } = classify(circles);
    findings.cut += cut;
    findings.lost += lost;
    const slots = cells.map((cell, i) => {
      if (cell < 0) return cell === withoutImage ? domain : outside;
      // Of a circle that is divided, the parts elsewhere are left out.
      return mask && Number.isNaN(tops[i]) && !mask.has(cell) ? masked : cell;
    });
    const marked = { slot: slots, ctop: tops, cbottom: bottoms };
    return inGrid ? { ...marked, gx: circles.xs, gy: circles.ys } : marked;
  });
  await store.append(scratch.table("marks"), batches, { commitEvery: 1 << 22 });
  await countPoints(work, points, findings);
  return withSlots(
    `SELECT *, CASE WHEN slot >= 0 THEN slot::BIGINT END AS cell FROM ${points} POSITIONAL JOIN ${marks}`,
    "slot::BIGINT",
    inGrid ? [...also, "gx", "gy"] : also,
  );
}

function columnsOfMarks(names: readonly string[], inGrid: boolean): string {
  return [...names, ...(inGrid ? ["gx", "gy"] : [])].map((name) => `${name} DOUBLE`).join(", ");
}

/**
 * Places judged records anywhere in their circles, every part of the area being equally likely. Where a record falls depends
 * on its coordinates, its uncertainty and its value, and of records that are equal in all of these on which of them it is.
 */
export function randomPlacer(
  grid: Grid,
  work: Work,
  plan: CirclePlan,
  findings: CircleFindings,
): (judged: string, extent: Extent, columns: PlacedColumns) => Promise<string> {
  const { store, scratch } = work;
  const [points, slots, drawn] = [scratch.sql("points"), scratch.sql("slots"), scratch.sql("drawn")];
  const draw = drawFrom(plan.seed);
  const slotAt = slotFinder(grid, work.mask);
  let isFirst = true;
  return async (judged, extent, { also, inGrid }) => {
    const same = ["x", "y", "u", "v"].map((name) => `p.${name} IS NOT DISTINCT FROM d.${name}`).join(" AND ");
    let records = `SELECT *, 0 AS earlier FROM (${judged})`;
    if (!isFirst) {
      const equal = `SELECT x, y, u, v, count(*) AS n FROM ${points} GROUP BY ALL`;
      await store.exec(
        `CREATE TABLE IF NOT EXISTS ${drawn} AS ${equal} LIMIT 0; INSERT INTO ${drawn} ${equal}`,
      );
      const before = `SELECT x, y, u, v, sum(n)::DOUBLE AS n FROM ${drawn} GROUP BY ALL`;
      records = `SELECT p.*, coalesce(d.n, 0) AS earlier FROM (${judged}) p LEFT JOIN (${before}) d ON ${same}`;
    } else {
      await store.exec(`DROP TABLE IF EXISTS ${drawn}`);
    }
    isFirst = false;
    await store.exec(`CREATE OR REPLACE TABLE ${points} AS ${records} ORDER BY x, y, u, v, reason`);
    await store.exec(`CREATE OR REPLACE TABLE ${slots} (${columnsOfMarks(["slot"], inGrid)})`);
    let last: readonly [number, number, number, number] = [NaN, NaN, NaN, NaN];
    let nth = 0;
    const further = ["md5_number_lower(coalesce(v::VARCHAR, ''))::DOUBLE AS w", "earlier::DOUBLE AS earlier"];
    const batches = batchesOf(work, points, further, extent, plan, (circles, batch) => {
      const { count, longitudes, latitudes, radii } = circles;
      const [names, earlier] = ["w", "earlier"].map(
        (name) => batch.getChild(name)!.toArray() as Float64Array,
      );
      const [ownX, ownY] = ["x", "y"].map((name) => batch.getChild(name)!.toArray() as Float64Array);
      const [xs, ys] = [circles.xs.slice(), circles.ys.slice()];
      const [placeX, placeY] = [longitudes.slice(), latitudes.slice()];
      for (let i = 0; i < count; i++) {
        const [x, y, u, w] = [ownX![i]!, ownY![i]!, radii[i]!, names![i]!];
        const isEqual = x === last[0] && y === last[1] && u === last[2] && w === last[3];
        nth = isEqual ? nth + 1 : 0;
        last = [x, y, u, w];
        if (!isCircle(u) || !Number.isFinite(longitudes[i]) || !Number.isFinite(latitudes[i])) continue;
        const [part, turns] = draw(x, y, u, w, nth + earlier![i]!);
        const distance = distanceWithin(latitudes[i]!, u, part);
        [placeX[i], placeY[i]] = placeAt(longitudes[i]!, latitudes[i]!, distance, turns) as [number, number];
      }
      plan.fromGlobe.transform(placeX, placeY);
      for (let i = 0; i < count; i++) if (isCircle(radii[i]!)) [xs[i], ys[i]] = [placeX[i]!, placeY[i]!];
      const cells = xs.map((x, i) => slotAt(x, ys[i]!));
      return inGrid ? { slot: cells, gx: xs, gy: ys } : { slot: cells };
    });
    await store.append(scratch.table("slots"), batches, { commitEvery: 1 << 22 });
    await countPoints(work, points, findings);
    const placed = withSlots(
      `SELECT *, CASE WHEN slot >= 0 THEN slot::BIGINT END AS cell FROM ${points} POSITIONAL JOIN ${slots}`,
      "slot::BIGINT",
      inGrid ? [...also, "gx", "gy"] : also,
    );
    return also.includes("record") ? `${placed} ORDER BY record` : placed;
  };
}

/** Whether a number is the radius of a circle. */
function isCircle(radius: number): boolean {
  return radius > 0 && radius < Infinity;
}

async function countPoints({ store }: Work, points: string, findings: CircleFindings): Promise<void> {
  const [found] = await store.rows<{ n: number }>(
    `SELECT count(*)::DOUBLE AS n FROM ${points} WHERE reason IS NULL AND (u > 0 AND isfinite(u)) IS NOT TRUE`,
  );
  findings.points += found!.n;
}

type Columns = Readonly<Record<string, Float64Array>>;

async function* batchesOf(
  { store, signal }: Work,
  points: string,
  further: readonly string[],
  extent: Extent,
  { toGlobe, toGrid }: CirclePlan,
  place: (circles: Parameters<ReturnType<typeof classifier>>[0], batch: arrow.RecordBatch) => Columns,
): AsyncGenerator<arrow.RecordBatch> {
  const [x, y] = ["x", "y"].map((name) => `CASE WHEN ${hasPoint} THEN ${name} ELSE 'NaN' END AS ${name}`);
  const columns = [x, y, "coalesce(u, 'NaN'::DOUBLE) AS u", ...further];
  const stream = store.query(`SELECT ${columns.join(", ")} FROM ${points}`, { rows: () => batchRows });
  for await (const batch of stream) {
    signal.throwIfAborted();
    const of = (name: string): Float64Array =>
      Float64Array.from(batch.getChild(name)!.toArray() as Float64Array);
    const [xs, ys] = [of("x"), of("y")];
    const [longitudes, latitudes] = [xs.slice(), ys.slice()];
    toGlobe.transform(longitudes, latitudes);
    toGrid?.transform(xs, ys);
    extent.add(xs, ys);
    const circles = { count: batch.numRows, longitudes, latitudes, xs, ys, radii: of("u") };
    yield* arrow.tableFromArrays(place(circles, batch)).batches;
  }
}
