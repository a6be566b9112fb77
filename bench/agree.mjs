import { DuckDBInstance } from "@duckdb/node-api";

/**
 * Refuses to compare the times of programs that did not do the same: both tables must have the same cells, found by
 * their coordinates to six decimals, NULL in the same ones, and values that differ by less than the tolerance.
 * @param {string} own
 * @param {string} other
 * @param {{ tolerance?: number, strayCells?: number }} [options] relative to the value, at least 1; the share of cells
 *   that may be absent from one of them, where programs see coasts differently
 */
export async function agree(own, other, { tolerance = 1e-5, strayCells = 0 } = {}) {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "4GB", threads: "2" });
  const connection = await instance.connect();
  const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const read = (file) =>
    file.endsWith(".parquet") ? `read_parquet('${file}')` : `read_csv('${file}', nullstr=['', 'NA', 'NaN'])`;
  for (const [name, file] of Object.entries({ a: own, b: other })) {
    await connection.run(
      `CREATE TABLE ${name} AS SELECT round(x, 6) AS kx, round(y, 6) AS ky, * EXCLUDE (x, y) FROM ${read(file)}`,
    );
  }
  const columns = (await rows("SELECT * FROM (DESCRIBE a)")).map((row) => row.column_name).slice(2);
  const differs = (column) =>
    `count(*) FILTER (WHERE (a."${column}" IS NULL) <> (b."${column}" IS NULL) OR ` +
    `abs(a."${column}" - b."${column}") > ${tolerance} * greatest(1, abs(a."${column}"))) AS "${column}"`;
  const [counts] = await rows(
    `SELECT count(*) AS cells, count(*) FILTER (WHERE a.kx IS NULL OR b.kx IS NULL) AS alone, ` +
      `${columns.map(differs).join(", ")} FROM a FULL JOIN b USING (kx, ky)`,
  );
  instance.closeSync();
  const allowed = Math.floor(Number(counts.cells) * strayCells);
  const wrong = Object.entries(counts).filter(([key, value]) => key !== "cells" && Number(value) > allowed);
  if (wrong.length === 0) return;
  const found = wrong.map(([key, value]) => `${key}: ${value}`).join(", ");
  throw new Error(`${own} and ${other} differ, of ${counts.cells} cells: ${found}`);
}
