import type { Config } from "../config/types.js";
import type { ColumnSummary } from "../table/exporter.js";
import type { PointTable } from "../table/points.js";

/** The table of points, and a summary of its columns after `x` and `y`. */
export interface SummarisedPoints {
  readonly points: PointTable;
  readonly columns: readonly ColumnSummary[];
}

const descriptions: Readonly<Record<string, string>> = {
  species: "species of the record; NULL for background",
  presence: "1 for a record, 0 for background",
  fold: "number of the fold, from 1",
};

/** The section of the metadata about the table of points. */
export function pointMetadata(
  { points, columns }: SummarisedPoints,
  { points: config }: Pick<Config, "points">,
): object {
  const { records, thinned, background, candidates, folds, columns: origins } = points;
  const facts = new Map(origins.map((origin) => [origin.name, origin]));
  return {
    rows: records + background,
    records,
    ...(config?.thin && { thinned_out: thinned }),
    ...(candidates !== undefined && { background, background_candidates: candidates }),
    columns: [
      { name: "x", type: "float64", description: "of the record, or of the cell's centre; grid CRS units" },
      { name: "y", type: "float64", description: "of the record, or of the cell's centre; grid CRS units" },
      ...columns.map((column) => {
        const origin = facts.get(column.name);
        if (!origin) return { ...column, description: descriptions[column.name] };
        const { dataset, values, reason } = origin;
        return { ...column, dataset, values_of: values, ...(reason && { because: reason }) };
      }),
    ],
    ...(folds && { folds }),
    configuration: config,
  };
}
