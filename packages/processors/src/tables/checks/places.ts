import { isQuadratError, QuadratError, type DatasetConfig } from "@quadrat/core";
import { inputError, readError, reasonOf, reasons, type Reason } from "../faults.js";
import { sqlJudge, type Rules } from "../judge.js";
import { openMemoryStore } from "../memory-store.js";
import type { TableReader, Work } from "../reader.js";
import { openScratch } from "../scratch.js";
import { findTableFiles } from "../table-files.js";
import { openParquetTable } from "../parquet/parquet-table.js";
import { requestColumns } from "../further.js";
import { openTextFiles } from "../text/text-files.js";
import { distance, reachOf } from "./geodesic.js";

/** A test of points in longitude and latitude. */
export interface PointTest {
  /**
   * -1 for a point that passes, else the number of the text that says why it does not.
   * @param value the number on which the test depends besides, if there is one
   */
  test(lon: number, lat: number, value?: number): number;
  /** The texts; a test without texts has none to say. */
  readonly texts: readonly string[];
}

export interface Place {
  readonly name: string;
  readonly lon: number;
  readonly lat: number;
}

/** Tables of more places are refused: they are all held in memory. */
const mostPlaces = 1_000_000;

const nameColumns = ["name", "institution", "capital", "country", "id"];

/** The test that fails points within some metres of a place of a table. */
export async function openPlaces(
  check: string,
  path: string | undefined,
  within: number,
): Promise<PointTest> {
  if (path === undefined) {
    throw new QuadratError("usage", `the check of ${check} needs a table of places`, {
      hint: "give its `path`; Quadrat has none of its own",
      place: { key: `checks.${check}` },
    });
  }
  return nearPlaces(await readPlaces(check, path), within);
}

/** The test that fails points within some metres of a place: the nearest one, of equally near ones the first. */
export function nearPlaces(places: readonly Place[], within: number): PointTest {
  // Each place is in all squares that it may reach, so that a point has to look only into its own.
  const size = Math.max(reachOf(0, within).lat, 0.05);
  const across = Math.ceil(360 / size);
  const squares = new Map<number, number[]>();
  const rowOf = (lat: number): number => Math.floor((lat + 90) / size);
  const columnOf = (lon: number): number => Math.floor((lon + 180) / size);
  const wrapped = (column: number): number => ((column % across) + across) % across;
  for (const [index, { lon, lat }] of places.entries()) {
    const reach = reachOf(lat, within);
    const columns = new Set<number>();
    if (reach.lon >= 180) for (let column = 0; column < across; column++) columns.add(column);
    else {
      // The last square of a row may be narrower than the others.
      for (let column = columnOf(lon - reach.lon) - 1; column <= columnOf(lon + reach.lon) + 1; column++)
        columns.add(wrapped(column));
    }
    for (let row = rowOf(lat - reach.lat); row <= rowOf(lat + reach.lat); row++) {
      for (const column of columns) {
        const key = row * across + column;
        const found = squares.get(key);
        if (found) found.push(index);
        else squares.set(key, [index]);
      }
    }
  }
  return {
    texts: places.map(({ name }) => name),
    test(lon, lat) {
      const near = squares.get(rowOf(lat) * across + wrapped(columnOf(lon)));
      if (!near) return -1;
      let [nearest, least] = [-1, Infinity];
      for (const index of near) {
        const place = places[index]!;
        const metres = distance(lon, lat, place.lon, place.lat);
        if (metres <= within && metres < least) [nearest, least] = [index, metres];
      }
      return nearest;
    },
  };
}

const defaults: Omit<DatasetConfig, "path"> = {
  kind: "occurrences",
  type: "continuous",
  band: 1,
  scaled: true,
  overviews: "none",
  strict: false,
  measure: "records",
  x: "decimalLongitude",
  y: "decimalLatitude",
};

const rules: Rules = { longitudes: [-180, 180], third: "none" };

/** Names of the columns of longitude and latitude, likeliest first. */
const coordinateColumns = [
  ["decimalLongitude", "decimalLatitude"],
  ["longitude", "latitude"],
  ["lon", "lat"],
] as const;

/** Opens a table with the first pair of columns that it has. */
async function openPlaceTable(check: string, path: string): Promise<TableReader & { readonly name: string }> {
  const { kind, files } = await findTableFiles(path);
  let missing: QuadratError | undefined;
  for (const [x, y] of coordinateColumns) {
    const dataset = { ...defaults, path, x, y };
    try {
      const parquet = kind === "parquet" ? await openParquetTable({ path, files, dataset }) : undefined;
      const text = parquet ? undefined : await openTextFiles({ path, files, dataset, rules });
      const requests = requestColumns(path, (parquet ?? text!).columns);
      const name = nameColumns.map((one) => requests.find(one)).find((one) => one !== undefined);
      const further = name ? [name] : [];
      const reader = parquet?.reader(rules, further) ?? (await text!.reader(further));
      return Object.assign(reader, { name: name ? `${name.alias}::VARCHAR` : "NULL" });
    } catch (error) {
      if (!isQuadratError(error) || error.kind !== "usage") throw error;
      missing ??= error;
    }
  }
  const wanted = coordinateColumns.map((pair) => pair.join(" and ")).join(", or ");
  const { message, hint = "" } = missing!;
  throw new QuadratError("usage", message, {
    cause: missing,
    hint: `a table of places needs the columns ${wanted}; ${hint.replace(/^did you mean .*?\? /, "")}`,
    place: { file: path, key: `checks.${check}.path` },
  });
}

/** Reads a table of places in longitude and latitude. @throws QuadratError if one has no coordinates */
async function readPlaces(check: string, path: string): Promise<Place[]> {
  const reader = await openPlaceTable(check, path);
  const store = await openMemoryStore();
  try {
    const scratch = await openScratch(store, path);
    const work = { store, scratch, signal: new AbortController().signal };
    const places: Place[] = [];
    try {
      for await (const { select, after } of reader.pieces(work)) {
        const rows = await store.rows<{ reason: number | null; x: number; y: number; name: string | null }>(
          `SELECT reason::INTEGER AS reason, x, y, name
           FROM (${sqlJudge(select, reader.forms, rules, [`${reader.name} AS name`])}) LIMIT ${mostPlaces + 1}`,
        );
        if (after !== undefined) await store.exec(after);
        for (const { reason, x, y, name } of rows) {
          if (reason !== null) throw await wrongPlace(path, reader, reasonOf(reason), work);
          places.push({ name: name ?? `place ${places.length + 1}`, lon: x, lat: y });
        }
        if (places.length > mostPlaces)
          throw inputError(path, `the table has more than ${mostPlaces} places`);
      }
      const [broken] = await reader.broken(work);
      if (broken) {
        const line = broken.lines[0];
        throw inputError(path, reasons[broken.reason], line === undefined ? {} : { line });
      }
    } finally {
      await scratch.drop();
    }
    if (places.length === 0) throw inputError(path, "the table has no places, only a header");
    return places;
  } catch (error) {
    throw readError(path, error);
  } finally {
    await store.close();
  }
}

/** The error for the first place with a fault. */
async function wrongPlace(
  path: string,
  reader: TableReader,
  reason: Reason,
  work: Work,
): Promise<QuadratError> {
  const found = await reader.firstWith(reason, work, true);
  const fields = found?.fields === undefined ? "" : ` (${found.fields})`;
  const row = found?.unit === "row" ? `row ${found.number}: ` : "";
  return inputError(found?.file ?? path, `${row}${reasons[reason]}${fields}`, {
    ...(found?.unit === "line" && { line: found.number }),
    hint: "a table of places needs a longitude and a latitude in every row",
  });
}
