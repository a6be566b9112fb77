import type { SourceDefinition, SourceRequest } from "@quadrat/core";
import { openTable } from "../tables/open-table.js";

/** CSV, TSV and Parquet with a row per record. */
export const tableSource: SourceDefinition = {
  name: "table",
  description: "CSV, TSV (also gzipped) and Parquet with coordinates, put on the grid by DuckDB",
  kind: "cells",
  extensions: [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet"],
  open: (request: SourceRequest) => openTable(request),
};
