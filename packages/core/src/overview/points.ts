import type { StoreReader } from "../sql/reader.js";
import { ColumnPass } from "./column-pass.js";
import { readColumns, type OverviewDataset } from "./columns.js";
import { CorrelationPass } from "./correlation-pass.js";
import type { Correlations } from "./correlation.js";
import { mapShape, type MapShape } from "./map-shape.js";
import { pixelOf, withTexts, type OverviewGrid } from "./read-overview.js";
import { columnsAtATime, readRanges, scanRows, type ScannedColumn } from "./scan.js";
import { asRole } from "./summary.js";

/** The table of points: where its rows are, their folds, and how its columns are related. */
export interface PointsOverview {
  readonly rows: number;
  readonly presences: number;
  readonly shape: MapShape;
  /** Of each pixel, the number of its records, and of its places of background. */
  readonly records: Uint32Array;
  readonly background: Uint32Array;
  /** Undefined without folds. */
  readonly folds: FoldsOverview | undefined;
  readonly correlations: Correlations;
}

export interface FoldsOverview {
  /** Ascending. */
  readonly folds: readonly { readonly fold: number; readonly records: number; readonly background: number }[];
  /** Of each pixel the fold of most of its rows, NaN where there are none; undefined if there are too many folds to tell apart. */
  readonly map: Float64Array | undefined;
}

/** A place is drawn as a dot that can be seen, so that pixels are larger than those of columns: as on a page of so many. */
const asOnAPageOf = 36;

/** Columns whose correlations are computed. */
const mostColumns = 400;

/** Undefined if the store has no such table. */
export async function readPoints(
  reader: StoreReader,
  grid: OverviewGrid,
  datasets: readonly OverviewDataset[],
): Promise<PointsOverview | undefined> {
  const there = await reader.rows(
    "SELECT 1 AS one FROM duckdb_views() WHERE schema_name = 'main' AND view_name = 'points' AND NOT internal",
  );
  if (there.length === 0) return undefined;
  const found = await readColumns(reader, datasets, "points");
  const isOwn = (name: string): boolean => found.columns.some((one) => one.name === name && !one.dataset);
  const places = await readPlaces(reader, grid, isOwn("fold"));
  const predictors = found.columns.filter(
    ({ name, dataset }) => dataset !== undefined || name === "presence",
  );
  const columns = (await withTexts(reader, predictors.slice(0, mostColumns), "points")).map(asRole);
  const { rows, ranges } = await readRanges(reader, columns, "points");
  const correlations = new CorrelationPass(columns, ranges, rows, columnsAtATime);
  for (let from = 0; from < columns.length; from += columnsAtATime) {
    await scanRows(
      reader,
      columns.slice(from, from + columnsAtATime),
      ({ length, cells, values }) => correlations.add(from, length, cells, values),
      "points",
    );
  }
  return { rows, ...places, correlations: correlations.result() };
}

type Places = Omit<PointsOverview, "rows" | "correlations">;

async function readPlaces(reader: StoreReader, grid: OverviewGrid, hasFolds: boolean): Promise<Places> {
  const shape = mapShape(grid, asOnAPageOf);
  const pixels = shape.width * shape.height;
  const [records, background] = [new Uint32Array(pixels), new Uint32Array(pixels)];
  const counts = new Map<number, { records: number; background: number }>();
  const pass = new ColumnPass(shape, undefined, true);
  let presences = 0;
  const columns: ScannedColumn[] = ["presence", ...(hasFolds ? ["fold"] : [])].map((name) => ({ name }));
  await scanRows(
    reader,
    columns,
    ({ length, cells, values: [presence, fold] }) => {
      for (let row = 0; row < length; row++) {
        const pixel = pixelOf(cells[row]!, grid, shape);
        const present = presence![row] === 1;
        if (present) presences++;
        (present ? records : background)[pixel]!++;
        if (!fold) continue;
        pass.add(cells[row]!, pixel, fold[row]!);
        const count = counts.get(fold[row]!) ?? { records: 0, background: 0 };
        count[present ? "records" : "background"]++;
        counts.set(fold[row]!, count);
      }
    },
    "points",
  );
  const folds = [...counts].map(([fold, count]) => ({ fold, ...count })).sort((a, b) => a.fold - b.fold);
  const map = pass.classes && pass.map().values;
  return { presences, shape, records, background, folds: hasFolds ? { folds, map } : undefined };
}
