import { definePlugin, version } from "@quadrat/core";
import { arrow } from "./arrow/arrow.js";
import { csv } from "./csv/csv.js";
import { geoparquet } from "./geoparquet/geoparquet.js";
import { geotiff } from "./geotiff/geotiff.js";
import { parquet } from "./parquet/parquet.js";

export { arrow, arrowExporter } from "./arrow/arrow.js";
export type { ArrowOptions } from "./arrow/arrow.js";
export { arrowBytes } from "./arrow/bytes.js";
export { csv, csvExporter } from "./csv/csv.js";
export type { CsvOptions } from "./csv/csv.js";
export { csvText } from "./csv/text.js";
export { geoparquet, geoparquetExporter } from "./geoparquet/geoparquet.js";
export type { GeoParquetOptions } from "./geoparquet/geoparquet.js";
export { geotiff, geotiffExporter } from "./geotiff/geotiff.js";
export type { GeoTiffOptions } from "./geotiff/geotiff.js";
export { parquet, parquetExporter } from "./parquet/parquet.js";
export type { ParquetOptions } from "./parquet/parquet.js";
export { rechunk } from "./rechunk.js";

/** The exporters that come with Quadrat. */
export const builtinExporters = definePlugin({
  name: "@quadrat/exporters",
  version,
  exporters: [csv, parquet, arrow, geoparquet, geotiff],
});
