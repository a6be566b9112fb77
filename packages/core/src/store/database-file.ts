import { closeSync, openSync, readSync } from "node:fs";

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
