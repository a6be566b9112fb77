import { quoteIdentifier, quoteLiteral } from "@quadrat/core";
import { maxRecordBytes } from "./records.js";

export interface PlainCsv {
  /** A path as returned by {@link literalPath}. */
  readonly path: string;
  readonly gzip: boolean;
  readonly delimiter: string;
  readonly header: boolean;
  /** Names of all its columns. */
  readonly columns: readonly string[];
}

/** DuckDB's reader for a text without quotes: nothing is left to its detection. */
export function readCsv({ path, gzip, delimiter, header, columns }: PlainCsv, rejects?: string): string {
  const options: Record<string, string> = {
    auto_detect: "false",
    header: String(header),
    delim: quoteLiteral(delimiter),
    quote: "''",
    escape: "''",
    comment: "''",
    nullstr: "''",
    compression: gzip ? "'gzip'" : "'none'",
    hive_partitioning: "false",
    max_line_size: String(maxRecordBytes),
    buffer_size: String(4 * maxRecordBytes),
    columns: `{${columns.map((name) => `${quoteLiteral(name)}: 'VARCHAR'`).join(", ")}}`,
  };
  if (rejects !== undefined) {
    options["store_rejects"] = "true";
    options["rejects_table"] = quoteLiteral(rejects);
    options["rejects_scan"] = quoteLiteral(`${rejects}_scan`);
  }
  const list = Object.entries(options).map(([key, value]) => `${key} = ${value}`);
  return `read_csv(${quoteLiteral(path)}, ${list.join(", ")})`;
}

/** The lines of rejected records, while {@link readCsv}'s tables exist. */
export function selectRejects(rejects: string): string {
  return `SELECT DISTINCT line FROM ${quoteIdentifier(rejects)}`;
}

/** Removes what {@link readCsv} has created besides its result. */
export function dropRejects(rejects: string): string {
  return `DROP TABLE ${quoteIdentifier(rejects)}; DROP TABLE ${quoteIdentifier(`${rejects}_scan`)}`;
}

/** A path that DuckDB takes literally, with its wildcards in brackets; undefined if that is impossible. */
export function literalPath(path: string): string | undefined {
  if (!/[*?[]/.test(path)) return path;
  return path.includes("\\") ? undefined : path.replace(/[*?[]/g, "[$&]");
}
