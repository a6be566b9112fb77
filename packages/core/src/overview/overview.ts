import type { StoreReader } from "../sql/reader.js";
import { readColumns, readDatasets, type OverviewDataset } from "./columns.js";
import { readRecords, type RecordsOverview } from "./left-out.js";
import { readPoints, type PointsOverview } from "./points.js";
import { overviewOf, type ColumnsOverview, type OverviewGrid } from "./read-overview.js";
import { readRunRecord, type RunRecord } from "./run-record.js";

/** What a page about the result of a run shows. */
export interface StoreOverview {
  readonly run: RunRecord;
  readonly grid: OverviewGrid;
  readonly datasets: readonly OverviewDataset[];
  readonly table: ColumnsOverview;
  /** Of the table of points; undefined if the last run made none. */
  readonly points: PointsOverview | undefined;
  /** Columns beyond those that are shown, and columns that are neither numbers nor texts. */
  readonly hidden: readonly string[];
  readonly records: readonly RecordsOverview[];
}

/** Columns that are shown. */
const mostColumns = 400;

/**
 * Reads what there is to show of a store: the last run, its table aggregated to maps and distributions, and its records. Memory
 * does not grow with the table, and everything is the same for the same store.
 */
export async function readOverview(reader: StoreReader): Promise<StoreOverview> {
  const run = await readRunRecord(reader);
  const datasets = await readDatasets(reader, run.config);
  const { columns, others } = await readColumns(reader, datasets);
  const [row] = await reader.rows<Record<string, number> & { crs: string }>(
    "SELECT crs, width::DOUBLE AS width, height::DOUBLE AS height, xmin, ymin, xmax, ymax FROM main.grid",
  );
  const { crs, width, height, xmin, ymin, xmax, ymax } = row as {
    readonly crs: string;
  } & Record<"width" | "height" | "xmin" | "ymin" | "xmax" | "ymax", number>;
  const grid: OverviewGrid = { crs, width, height, bounds: [xmin, ymin, xmax, ymax] };
  return {
    run,
    grid,
    datasets,
    table: await overviewOf(reader, grid, columns.slice(0, mostColumns)),
    points: run.config.points ? await readPoints(reader, grid, datasets) : undefined,
    hidden: [...columns.slice(mostColumns).map(({ name }) => name), ...others],
    records: await readRecords(reader, datasets),
  };
}
