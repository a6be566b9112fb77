/**
 * Records, species and presence by cells of 0.1 degree, as somebody would ask DuckDB for them.
 *
 *   node duckdb_records.mjs TABLE.parquet|TABLE.tsv OUT.parquet SPILL [MEMORY LIMIT=512MB]
 */
import { DuckDBInstance } from "@duckdb/node-api";

const [table, out, spill, memory = "512MB"] = process.argv.slice(2);
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const records = table.endsWith(".parquet")
  ? `read_parquet(${quoted(table)})`
  : `read_csv(${quoted(table)}, delim = '\t', quote = '', header = true)`;
const instance = await DuckDBInstance.create(":memory:", {
  threads: "2",
  memory_limit: memory,
  temp_directory: spill,
});
const connection = await instance.connect();
await connection.run(`
  COPY (
    SELECT -180 + (cell % 3600 + 0.5) * 0.1 AS x, 90 - (cell // 3600 + 0.5) * 0.1 AS y, n, species, 1 AS presence FROM (
      SELECT floor((90 - decimalLatitude) / 0.1)::BIGINT * 3600 + floor((decimalLongitude + 180) / 0.1)::BIGINT AS cell,
        count(*) AS n, count(DISTINCT species) AS species
      FROM ${records} WHERE decimalLongitude BETWEEN -180 AND 180 AND decimalLatitude BETWEEN -90 AND 90 GROUP BY 1
    ) ORDER BY cell
  ) TO ${quoted(out)} (FORMAT parquet, COMPRESSION zstd)`);
