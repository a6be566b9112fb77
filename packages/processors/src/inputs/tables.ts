import type { SourceDefinition, SourceRequest } from "@quadrat/core";
import { checkFiles } from "../tables/checks/plan.js";
import { openTable } from "../tables/open-table.js";
import { findTableFiles } from "../tables/table-files.js";

/** CSV, TSV and Parquet with a row per record, in a file, a folder, or the files that a pattern matches. */
export const tableSource: SourceDefinition = {
  name: "table",
  description:
    "CSV, TSV (also gzipped) and Parquet with coordinates, one file or many, put on the grid by DuckDB",
  kind: "cells",
  extensions: [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet"],
  collections: true,
  files: async ({ path, dataset }) => [
    ...(await findTableFiles(path)).files.map((file) => file.path),
    ...checkFiles(dataset),
  ],
  open: (request: SourceRequest) => openTable(request),
};
