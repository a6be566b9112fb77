import { closeSync, openSync, readSync } from "node:fs";

/** What stands at bytes 8 to 11 of every DuckDB database. */
const magic = "DUCK";
const magicAt = 8;

export type FileNature = "absent" | "database" | "foreign";

/**
 * What a file is, by its first bytes; an empty file, and one that can't be read, is foreign.
 * Synchronous: it reads 12 bytes, also where an error is being put into words.
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
