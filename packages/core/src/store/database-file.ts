import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";

/** The contents of bytes 8 to 11 of every DuckDB database. */
const magic = "DUCK";
const magicAt = 8;

export type FileNature = "absent" | "database" | "foreign";

/**
 * What a file is, by its first bytes; an empty file, and one that can't be read, counts as foreign.
 * Synchronous, as it reads only 12 bytes and is also used while an error message is composed.
 */
export function natureOf(path: string): FileNature {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const head = Buffer.alloc(magicAt + magic.length);
    const length = readSync(file, head, 0, head.length, 0);
    return head.toString("latin1", magicAt, length) === magic ? "database" : "foreign";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "foreign";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The three headers with which every database begins. */
const headerBytes = 3 * 4096;

/**
 * Whether a file is what DuckDB leaves when it is killed while it creates a database: without complete headers it holds nothing.
 * An empty file of another name may be the user's. Only meant for a file that no process has locked.
 */
export function isUnfinished(path: string): boolean {
  if (!/\.duckdb$/i.test(path)) return false;
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts?.isFile() || facts.size >= headerBytes) return false;
  return natureOf(path) === "database" || readFileSync(path).every((byte) => byte === 0);
}
