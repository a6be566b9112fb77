import { fileURLToPath } from "node:url";
import { Grid, type CellReport, type DatasetConfig, type Store } from "@quadrat/core";
import { openRanges } from "../../src/ranges/open-ranges.js";

export const fixtures = fileURLToPath(new URL("../fixtures/ranges/", import.meta.url));
/** The grid of the fixtures. */
export const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-10, -10, 10, 10] });

const dataset = {
  kind: "ranges",
  type: "continuous",
  band: 1,
  scaled: true,
  overviews: "none",
  strict: false,
  x: "",
  y: "",
} as const;

export interface LaidPolygons {
  readonly cells: ReadonlyMap<number, number | string>;
  readonly report: CellReport;
}

/** The cells and values of a file of polygons. */
export async function layPolygons(
  store: Store,
  path: string,
  more: Partial<DatasetConfig>,
  { memoryBytes, on = grid }: { readonly memoryBytes?: number | undefined; readonly on?: Grid } = {},
): Promise<LaidPolygons> {
  const source = await openRanges({ name: "r", path, dataset: { ...dataset, ...more, path } });
  try {
    const signal = new AbortController().signal;
    const table = '"main"."r"';
    const report = await source.stage({
      grid: on,
      store,
      table,
      signal,
      ...(memoryBytes !== undefined && { memoryBytes }),
    });
    const rows = await store.rows<{ cell: bigint; value: number | string | bigint }>(
      `SELECT cell, value FROM ${table}`,
    );
    const cells = new Map(
      rows.map(({ cell, value }) => [Number(cell), typeof value === "bigint" ? Number(value) : value]),
    );
    return { cells, report };
  } finally {
    await source.close();
  }
}
