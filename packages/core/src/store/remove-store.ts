import { rm } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { QuadratError } from "../errors.js";
import { isUnfinished, natureOf } from "./database-file.js";
import { noExtensions } from "./no-extensions.js";
import { foreignFile, isLocked, openError } from "./open-error.js";
import { quietly } from "../system/clean-up.js";

/** See `DuckDbStore.remove`. */
export async function removeStore(path: string): Promise<void> {
  const nature = natureOf(path);
  if (nature === "absent") return;
  if (nature === "foreign" && !isUnfinished(path)) throw foreignFile(path);
  await refuseInUse(path);
  try {
    await rm(path, { force: true });
    await rm(`${path}.wal`, { force: true });
  } catch (cause) {
    throw new QuadratError("output", `can't remove the store ${path}: ${(cause as Error).message}`, {
      cause,
      hint: "check the permissions of its directory",
      place: { file: path },
    });
  }
}

/** Removes the beginning of a new store that could not be opened: it would be mistaken for a foreign file. */
export async function removeBegun(path: string): Promise<void> {
  if (path === ":memory:") return;
  for (const file of [path, `${path}.wal`]) await quietly(() => rm(file, { force: true }));
}

/**
 * Refuses a store that another process writes: if it were removed, it would live on without a name. One that can't be opened for
 * other reasons may be removed.
 * @throws StoreInUse
 */
export async function refuseInUse(path: string): Promise<void> {
  try {
    const settings = { access_mode: "READ_ONLY", threads: "1", memory_limit: "64MB", ...noExtensions };
    (await DuckDBInstance.create(path, settings)).closeSync();
  } catch (cause) {
    if (isLocked(cause)) throw await openError(path, cause);
  }
}
