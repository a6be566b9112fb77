import type { SourceDefinition, SourceRequest } from "@quadrat/core";
import { checkFiles } from "../tables/checks/plan.js";
import { openTable } from "../tables/open-table.js";
import { licenseOfArchive } from "../tables/archive/license.js";
import { filesOnDisk, findTableFiles } from "../tables/table-files.js";

/**
 * CSV, TSV and Parquet with a row per record, in a file, a folder, or the files that a pattern matches, and Darwin Core
 * Archives.
 */
export const tableSource: SourceDefinition = {
  name: "table",
  description:
    "CSV, TSV (also gzipped), Parquet and Darwin Core Archives with coordinates, one file or many, put on the grid by DuckDB",
  kind: "cells",
  datasets: "occurrences",
  extensions: [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet", ".zip"],
  collections: true,
  files: async ({ path, dataset }) => [
    ...filesOnDisk((await findTableFiles(path)).files),
    ...(await checkFiles(dataset)),
  ],
  open: (request: SourceRequest) => openTable(request),
  license: ({ path }) => licenseOfArchive(path),
};
