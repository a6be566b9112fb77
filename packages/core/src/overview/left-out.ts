import { qualify } from "../store/store.js";
import type { StoreReader } from "../sql/reader.js";
import type { OverviewDataset } from "./columns.js";

/** What became of the records of a table, or of the features of a file of polygons. */
export interface RecordsOverview {
  readonly dataset: string;
  /** Of polygons; undefined for records. */
  readonly polygons:
    | {
        /** In plain words, which cells a polygon takes. */
        readonly rule: string | undefined;
        /** Undefined in stores of earlier versions. */
        readonly repaired: number | undefined;
      }
    | undefined;
  readonly read: number;
  readonly used: number;
  /** By reason, in the order of the reasons. */
  readonly leftOut: readonly { readonly why: string; readonly count: number }[];
  /** Records that were used and marked. */
  readonly flagged: readonly { readonly why: string; readonly count: number }[];
  /** Where records were left out, on a lattice in the input's coordinates; undefined if the store does not say. */
  readonly places: readonly { readonly x: number; readonly y: number; readonly count: number }[] | undefined;
  /** How many records are at the places. */
  readonly placed: number;
  /** The coordinate system of the places; undefined for that of the grid. */
  readonly crs: string | undefined;
}

const mostPlaces = 400;

/** Verdicts that are read from the input itself are left out if it is larger. */
const mostRead = 200e6;

/** Verdicts whose detail is where the record is. */
const place = String.raw`^\s*-?\d+(\.\d+)?(e[+-]?\d+)?, -?\d+(\.\d+)?(e[+-]?\d+)?\s*$`;

export async function readRecords(
  reader: StoreReader,
  datasets: readonly OverviewDataset[],
): Promise<RecordsOverview[]> {
  const found: RecordsOverview[] = [];
  for (const { name, facts, config } of datasets) {
    const { records } = facts;
    if (!records) continue;
    const verdicts = Object.entries(records.verdicts ?? {});
    const flagged = verdicts.flatMap(([why, { flagged: count }]) => (count > 0 ? [{ why, count }] : []));
    const leftOut = Object.entries(records.skipped).map(([why, count]) => ({ why, count: Number(count) }));
    const missing = verdicts.flatMap(([why, { leftOut: count }]) =>
      count > 0 && !leftOut.some((one) => one.why === why) ? [{ why, count }] : [],
    );
    const all = [...leftOut, ...missing];
    const places = all.length > 0 ? await readPlaces(reader, name, facts.bytes) : undefined;
    found.push({
      dataset: name,
      polygons: config?.kind === "ranges" ? { rule: records.placed, repaired: records.repaired } : undefined,
      read: records.read,
      used: records.used,
      leftOut: all,
      flagged,
      places,
      placed: places?.reduce((sum, { count }) => sum + count, 0) ?? 0,
      crs: config?.crs,
    });
  }
  return found;
}

/** The verdicts of a dataset name coordinates for some reasons; the places with most records come first. */
async function readPlaces(
  reader: StoreReader,
  name: string,
  inputBytes: number,
): Promise<RecordsOverview["places"]> {
  const view = await reader.rows(
    `SELECT 1 AS one FROM duckdb_views() WHERE schema_name = 'verdicts' AND view_name = '${name.replaceAll("'", "''")}'`,
  );
  if (view.length === 0) return placesIn(reader, name);
  if (inputBytes > mostRead) return undefined;
  // The view reads the input, which may have gone since the run.
  return placesIn(reader, name).catch(() => undefined);
}

async function placesIn(reader: StoreReader, name: string): Promise<RecordsOverview["places"]> {
  const [there] = await reader.rows<{ n: number }>(
    `SELECT count(*)::INTEGER AS n FROM duckdb_columns() WHERE schema_name = 'verdicts'
     AND table_name = '${name.replaceAll("'", "''")}' AND column_name IN ('detail', 'used')`,
  );
  if (there?.n !== 2) return undefined;
  const places = await reader.rows<{ x: number; y: number; count: number }>(`
    SELECT x, y, count(*)::DOUBLE AS count FROM (
      SELECT round(try_cast(split_part(detail, ',', 1) AS DOUBLE), 1) AS x,
        round(try_cast(split_part(detail, ',', 2) AS DOUBLE), 1) AS y
      FROM ${qualify({ schema: "verdicts", table: name })} WHERE NOT used AND regexp_matches(detail, '${place}'))
    WHERE x IS NOT NULL AND y IS NOT NULL GROUP BY ALL ORDER BY count DESC, x, y LIMIT ${mostPlaces}`);
  return places.length > 0 ? places : undefined;
}
