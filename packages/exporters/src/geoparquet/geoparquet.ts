import { QuadratError, type Exporter, type ExporterDefinition, type Grid } from "@quadrat/core";
import { parseCrs, projJsonOf } from "@quadrat/crs";
import { rowGroupRows } from "@quadrat/core/base";
import { z } from "zod";
import { parquetOptions } from "../parquet/options.js";
import { writeParquet } from "../parquet/write-parquet.js";
import { bboxColumn, geometryColumn, withGeometry, type GeometryKind } from "./geometry-sql.js";

/**
 * DuckDB holds the rows of a row group before it writes them, and outlines are most of their bytes: with as many as Parquet has by
 * default they did not fit into what a memory limit leaves.
 */
const defaultRows: Readonly<Record<GeometryKind, number>> = {
  point: rowGroupRows,
  polygon: rowGroupRows / 2,
};

const optionsSchema = z.strictObject({
  geometry: z
    .enum(["point", "polygon"])
    .default("point")
    .describe("cells as their centres, or as their outlines"),
  ...parquetOptions,
  row_group_size: parquetOptions.row_group_size
    .unwrap()
    .optional()
    .describe(
      `rows of a row group, rounded up to a multiple of 2048; default ${defaultRows.point}, of polygons ${defaultRows.polygon}`,
    ),
});

export type GeoParquetOptions = z.output<typeof optionsSchema>;

/** GeoParquet 1.1: Parquet with a geometry for each cell. */
export const geoparquet: ExporterDefinition<GeoParquetOptions> = {
  name: "geoparquet",
  description: "GeoParquet, cells as points, or as polygons with `geometry: polygon`",
  options: optionsSchema,
  extension: ".geoparquet",
  create: (options) => geoparquetExporter(options),
};

/** Writes GeoParquet, by way of DuckDB: the columns of the table, after `x` and `y` the cell's geometry and its bounding box. */
export function geoparquetExporter({
  geometry,
  row_group_size = defaultRows[geometry],
  ...options
}: GeoParquetOptions): Exporter {
  return {
    validate: ({ columns }) => refuseNames(columns),
    write(table, target, context) {
      const { grid } = table;
      refuseNames(table.schema.fields);
      return writeParquet(
        table,
        target,
        context,
        { ...options, row_group_size },
        {
          widened: (select) => withGeometry(select, grid, geometry),
          metadata: { geo: JSON.stringify(geoMetadata(grid, geometry)) },
        },
      );
    },
  };
}

/** The text under the key `geo`, as GeoParquet 1.1.0 has it. */
function geoMetadata({ crs }: Grid, kind: GeometryKind): object {
  const side = (name: string): string[] => [bboxColumn, name];
  return {
    version: "1.1.0",
    primary_column: geometryColumn,
    columns: {
      [geometryColumn]: {
        encoding: "WKB",
        geometry_types: [kind === "point" ? "Point" : "Polygon"],
        crs: projJsonOf(parseCrs(crs)) ?? null,
        edges: "planar",
        ...(kind === "polygon" && { orientation: "counterclockwise" }),
        covering: {
          bbox: { xmin: side("xmin"), ymin: side("ymin"), xmax: side("xmax"), ymax: side("ymax") },
        },
      },
    },
  };
}

function refuseNames(columns: readonly { readonly name: string }[]): void {
  // DuckDB does not distinguish capitals in names.
  const taken = columns.find(({ name }) => [geometryColumn, bboxColumn].includes(name.toLowerCase()));
  if (!taken) return;
  throw new QuadratError(
    "output",
    `the geoparquet exporter writes a column "${taken.name.toLowerCase()}" of its own, and a dataset has that name, too`,
    { hint: "rename the dataset", place: { dataset: taken.name } },
  );
}
