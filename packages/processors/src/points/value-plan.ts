import type { ColumnType, OpenDataset, PointColumn, RasterSource, StagedDataset } from "@quadrat/core";
import { stagedColumns, type PointValues } from "@quadrat/core/host";
import { resultType } from "../resample/methods/methods.js";

/** A column of the table of points, and how it gets its values. */
export interface PlannedColumn extends PointColumn {
  /** Its position among the columns of the merged table's datasets. */
  readonly position: number;
  /** Set if its values come from the raster itself. */
  readonly raster?: { readonly source: RasterSource; readonly crs: string } | undefined;
  /** The value put in place of NULL, unless the merged table has done so. */
  readonly fill?: number | undefined;
}

/** Methods whose values are statements about the pixels of a cell, not about any of them. */
const statistics = new Set(["count", "coverage", "stdev", "variance", "variety", "fractions"]);

/** Why a dataset has no values of its own at a point; undefined if it has. */
export function cellReason({ source, method }: OpenDataset, isOwnMethod: boolean): string | undefined {
  if (source.kind !== "raster") return "it is not a raster";
  if (source.series) return "it is made from several steps in time";
  if (statistics.has(method)) return `${method} is a statistic of a cell's pixels`;
  if (!isOwnMethod) return `${method} is a method of a plugin, which knows cells only`;
  return undefined;
}

/** The columns in the order of the configuration. */
export function planColumns(
  values: PointValues,
  datasets: readonly OpenDataset[],
  staged: readonly StagedDataset[],
  isOwnMethod: (method: string) => boolean,
): PlannedColumn[] {
  const columns: PlannedColumn[] = [];
  for (const dataset of datasets) {
    const { name, config, source, dataType, crs } = dataset;
    const facts = staged.find((one) => one.name === name);
    if (!facts) throw new Error(`dataset "${name}" has not been staged`);
    const reason = values === "cell" ? undefined : cellReason(dataset, isOwnMethod(dataset.method));
    for (const { name: column } of stagedColumns(facts)) {
      const common = { name: column, dataset: name, position: columns.length };
      if (values === "cell" || reason !== undefined || source.kind !== "raster") {
        columns.push({ ...common, type: dataType, values: "cell", ...(reason && { reason }) });
        continue;
      }
      const raster = { source: source.raster, crs: crs! };
      const way = typeof values === "object" ? "buffer" : values;
      const type: ColumnType = resultType(way === "buffer" ? "average" : way, source.raster.dataType);
      columns.push({ ...common, type: config.dtype ?? type, values: way, raster, fill: config.fill });
    }
  }
  return columns;
}
