/**
 * DuckDB's own COPY of the merged table of a store.
 *
 *   node duckdb_copy.mjs STORE OUT csv|csv.gz|parquet [MEMORY LIMIT=512MB]
 */
import { DuckDBInstance } from "@duckdb/node-api";

const [store, out, format, memory = "512MB"] = process.argv.slice(2);
const options = {
  csv: "FORMAT csv, HEADER",
  "csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
  parquet: "FORMAT parquet, COMPRESSION zstd",
}[format];
const instance = await DuckDBInstance.create(store, {
  access_mode: "READ_ONLY",
  threads: "2",
  memory_limit: memory,
});
const connection = await instance.connect();
await connection.run(
  `COPY (SELECT * EXCLUDE (cell) FROM merged) TO '${out.replaceAll("'", "''")}' (${options})`,
);
