import type { DuckDBConnection } from "@duckdb/node-api";
import { isUnchanged, type InputFile } from "../inputs/input-files.js";

/**
 * The input files that views of records read, as they were when they were counted: a file that has changed or moved is left
 * out, so that no query returns other records.
 */
export async function readableInputs(connection: DuckDBConnection): Promise<string[]> {
  const views = await connection.runAndReadAll(
    `SELECT view_name FROM duckdb_views() WHERE database_name = current_database() AND schema_name = 'records'`,
  );
  if (views.currentRowCount === 0) return [];
  const names = new Set(views.getRows().map(([name]) => String(name)));
  const datasets = await connection.runAndReadAll("SELECT name, facts FROM main.datasets WHERE complete");
  const paths = new Set<string>();
  for (const [name, facts] of datasets.getRows()) {
    if (!names.has(String(name))) continue;
    const { inputs = [] } = JSON.parse(String(facts)) as { inputs?: readonly InputFile[] };
    for (const input of inputs) if (await isUnchanged(input)) paths.add(input.path);
  }
  return [...paths];
}
