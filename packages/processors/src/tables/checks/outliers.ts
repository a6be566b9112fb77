import { tableFromArrays, type RecordBatch } from "apache-arrow";
import { batchRows, slotOf } from "../place.js";
import type { ComparedRecords, Comparison } from "./compare.js";
import { toDegrees } from "./degrees.js";

/** The radius in metres of the sphere on which CoordinateCleaner measures distances (`distHaversine` of the package geosphere). */
const radius = 6_378_137;

/** Besides those on the grid, records that have coordinates. */
const located = ["outside", "domain", "valueMissing", "valueNotNumber"] as const;

/** Occupied cubes that are compared by one statement. */
const cubesAtOnce = 50_000;

/** Pairs of a place and a cube whose records are read by one statement. */
const pairsAtOnce = 200_000;

const axes = ["u", "v", "w"];
const cubes = ["i", "j", "k"];
const cube = cubes.join(", ");

export interface OutlierRule {
  /** In metres, 1 or more. */
  readonly distance: number;
  /** The number of places below which a species has no outliers. */
  readonly minPlaces: number;
  /** SQL of the species' name, NULL without one; undefined if all records are of one species. */
  readonly species: string | undefined;
}

/**
 * A place fails that is farther than a distance from all other places of its species, as by `method = "distance"` of
 * CoordinateCleaner's `cc_outl`. The number says nothing.
 *
 * Space is divided into cubes, so small that two places in one are near each other. Only a place that is alone in its cube has to
 * be compared, with the cubes around it; with the records in one of these only if the box around them does not decide. So memory
 * is needed for the occupied cubes of a species, at most a few thousand at 1000 km, however many records it has. Distances on a
 * sphere grow with those through it, so that coordinates in space are all that is needed; for them poles and the longitude 180
 * are places like any other.
 */
export function outliersBy({ distance, minPlaces, species = "''" }: OutlierRule): Comparison {
  // On a sphere of radius 1 the distance through it, and an edge for which a cube's diagonal is shorter than that.
  const chord = 2 * Math.sin(Math.min(distance / (2 * radius), Math.PI / 2));
  const edge = (chord / 2) * (1 + 1e-9);
  // Half of the globe away is not farther than that.
  const limit = `'${distance < Math.PI * radius ? chord ** 2 : 5}'::DOUBLE`;
  const square = (terms: readonly string[]): string => terms.map((term) => `(${term}) ** 2`).join(" + ");
  const cubeOf = axes.map(
    (axis, index) => `floor(${axis} / '${edge}'::DOUBLE)::BIGINT + ${2 ** 40} AS ${cubes[index]!}`,
  );

  return async (records, failed) => {
    const { rows, work } = records;
    const { store, scratch } = work;
    const sql = (name: string): string => scratch.sql(`outliers ${name}`);
    const [occupied, found, left, pairs, near] = ["occupied", "found", "left", "pairs", "near"].map(sql) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const degrees = await writeDegrees(records);
    const numbered = `(SELECT record, slot, ${species} AS species, lon, lat FROM ${rows} POSITIONAL JOIN ${degrees})`;
    const inCubes = `
      SELECT *, ${cubeOf.join(", ")} FROM (
        SELECT *, cos(radians(lat)) * cos(radians(lon)) AS u, cos(radians(lat)) * sin(radians(lon)) AS v, sin(radians(lat)) AS w
        FROM ${numbered} WHERE species IS NOT NULL AND isfinite(lon) AND isfinite(lat)
      )`;

    const boxes = axes.map((axis) => `min(${axis}) AS ${axis}0, max(${axis}) AS ${axis}1`).join(", ");
    await store.exec(`
      CREATE OR REPLACE TABLE ${sql("unordered")} AS
      SELECT (hash(species) >> 32)::BIGINT AS part, species, ${cube}, ${boxes}, min(lon) AS lon, min(lat) AS lat,
          min(lon) = max(lon) AND min(lat) = max(lat) AS alone, bit_or(1::BIGINT << (hash(lon, lat) % 62)::INTEGER) AS bits
        FROM (${inCubes}) GROUP BY species, ${cube};
      CREATE OR REPLACE TABLE ${occupied} AS FROM ${sql("unordered")} ORDER BY part;
      DROP TABLE ${sql("unordered")};
      CREATE OR REPLACE TABLE ${left} (id BIGINT, species VARCHAR, lon DOUBLE, lat DOUBLE);
      CREATE OR REPLACE TABLE ${near} (id BIGINT);
      CREATE OR REPLACE TABLE ${pairs} (id BIGINT, species VARCHAR, ${cubes.map((name) => `${name} BIGINT`).join(", ")}, u DOUBLE, v DOUBLE, w DOUBLE)`);

    // Places that are near each other are in neighbouring cubes of twice the edge, of which each is eight.
    const steps = cubes.map((name) => `(FROM range(-1, 2) AS _(d${name}))`).join(", ");
    const around = cubes.map((name) => `(${name} >> 1) + d${name} AS n${name}`).join(", ");
    const closest = square(
      axes.map((axis) => `greatest(other.${axis}0 - one.${axis}0, one.${axis}0 - other.${axis}1, 0)`),
    );
    const farthest = square(
      axes.map((axis) => `greatest(other.${axis}1 - one.${axis}0, one.${axis}0 - other.${axis}0)`),
    );
    const [counted] = await store.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${occupied}`);
    const parts = Math.ceil(counted!.n / cubesAtOnce);
    for (let part = 0; part < parts; part++) {
      // Whole species, which are stored together.
      const [from, to] = [part, part + 1].map((end) => Math.floor((end * 2 ** 32) / parts)) as [
        number,
        number,
      ];
      const those = `(SELECT rowid AS id, * FROM ${occupied} WHERE part >= ${from} AND part < ${to})`;
      await store.exec(`
        CREATE OR REPLACE TABLE ${found} AS
        SELECT one.id, one.u0 AS u, one.v0 AS v, one.w0 AS w, other.id AS other, ${farthest} <= ${limit} AS near
        FROM (SELECT *, ${around} FROM ${those}, ${steps} WHERE alone) AS one JOIN ${those} AS other
        ON one.species = other.species AND ${cubes.map((name) => `one.n${name} = other.${name} >> 1`).join(" AND ")}
        WHERE one.id <> other.id AND ${closest} <= ${limit};
        INSERT INTO ${left} SELECT id, species, lon, lat FROM ${those} ANTI JOIN (FROM ${found} WHERE near) USING (id) WHERE alone;
        INSERT INTO ${pairs}
        SELECT f.id, o.species, ${cubes.map((name) => `o.${name}`).join(", ")}, f.u, f.v, f.w
        FROM (FROM ${found} SEMI JOIN ${left} USING (id)) AS f JOIN ${those} AS o ON f.other = o.id`);
    }
    const [paired] = await store.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${pairs}`);
    for (let from = 0; from < paired!.n; from += pairsAtOnce) {
      await store.exec(`
        INSERT INTO ${near}
        SELECT DISTINCT one.id FROM (${inCubes}) AS other
        JOIN (FROM ${pairs} WHERE rowid >= ${from} AND rowid < ${from + pairsAtOnce}) AS one USING (species, ${cube})
        WHERE ${square(axes.map((axis) => `one.${axis} - other.${axis}`))} <= ${limit}`);
    }

    await store.exec(`
      CREATE OR REPLACE TABLE ${failed} AS
      WITH far AS (FROM ${left} ANTI JOIN ${near} USING (id)),
      counted AS (
        SELECT species, greatest(count(*), bit_count(bit_or(bits))) >= ${minPlaces} AS many
        FROM ${occupied} SEMI JOIN far USING (species) GROUP BY species
      ), few AS (
        SELECT species FROM (
          SELECT DISTINCT species, lon, lat FROM ${numbered} SEMI JOIN (FROM counted WHERE NOT many) USING (species)
          WHERE isfinite(lon) AND isfinite(lat)
        ) GROUP BY species HAVING count(*) < ${minPlaces}
      )
      SELECT record, 0::BIGINT AS number
      FROM ${numbered} JOIN (FROM far ANTI JOIN few USING (species)) USING (species, lon, lat) WHERE slot >= 0`);
    const made = [degrees, occupied, found, left, pairs, near];
    await store.exec(made.map((table) => `DROP TABLE IF EXISTS ${table}`).join(";\n"));
  };
}

/**
 * Writes a table of the records' longitudes and latitudes, not finite without coordinates. Each place on the globe has one pair of
 * them.
 */
async function writeDegrees({
  rows,
  crs,
  work: { store, scratch, signal },
}: ComparedRecords): Promise<string> {
  const name = "outliers degrees";
  await store.exec(`CREATE OR REPLACE TABLE ${scratch.sql(name)} (lon DOUBLE, lat DOUBLE)`);
  const hasPlace = `slot >= 0 OR slot IN (${located.map(slotOf).join(", ")})`;
  const [x, y] = ["x", "y"].map((axis) => `CASE WHEN ${hasPlace} THEN ${axis} + 0 ELSE 'NaN' END AS ${axis}`);
  const stream = store.query(`SELECT ${x}, ${y} FROM ${rows}`, { rows: () => batchRows });
  const inDegrees = toDegrees(crs);
  const batches = async function* (): AsyncGenerator<RecordBatch> {
    for await (const batch of stream) {
      signal.throwIfAborted();
      const [xs, lat] = inDegrees(batch);
      const lon = xs.map((one, row) => (Math.abs(lat[row]!) === 90 ? 0 : one === -180 ? 180 : one));
      yield* tableFromArrays({ lon, lat }).batches;
    }
  };
  await store.append(scratch.table(name), batches(), { commitEvery: 1 << 22 });
  return scratch.sql(name);
}
