import { dirname } from "node:path";
import { isQuadratError, QuadratError } from "../errors.js";
import { damage, damagedStore } from "../store/open-error.js";
import { causesOf, systemCode, systemPath } from "./codes.js";
import { outOfFiles } from "./too-many-files.js";

/** Where a failure may have happened, as far as known. */
export interface SystemPlaces {
  /** Path of the store. */
  readonly store?: string | undefined;
  /** The folder for temporary files. */
  readonly temporary?: string | undefined;
}

const kept = "what was staged is kept";

/**
 * Turns a refusal of the operating system into an error that says so, wherever it occurred: disk space, file handles,
 * memory, a store that can't be read or written. Undefined for other failures, and for those that already say it.
 */
export function systemFault(error: unknown, places: SystemPlaces = {}): QuadratError | undefined {
  const files = outOfFiles(error);
  if (files) return files;
  for (const cause of causesOf(error)) {
    if (isQuadratError(cause) && cause.kind !== "internal" && cause.kind !== "plugin") return undefined;
    const fault = faultOf(cause, error, places);
    if (fault) return fault;
  }
  return undefined;
}

const full = new Set(["ENOSPC", "EDQUOT"]);
const unwritable = new Set(["EROFS", "EIO", "EACCES", "EPERM", "ENOENT", "ENOTDIR"]);

function faultOf(cause: Error, error: unknown, places: SystemPlaces): QuadratError | undefined {
  const { store, temporary } = places;
  if (/max_temp_directory_size|failed to offload/i.test(cause.message))
    return temporaryFull(error, temporary);
  const path = systemPath(cause);
  const inTemporary = path !== undefined && temporary !== undefined && path.startsWith(temporary);
  const own = path === undefined || (store !== undefined && [store, `${store}.wal`].includes(path));
  const subject = own ? store : path;
  const code = systemCode(cause) ?? "";
  if (full.has(code)) return inTemporary ? temporaryFull(error, temporary) : diskFull(error, subject, own);
  if (code === "EFBIG")
    return inTemporary ? temporaryFull(error, temporary, "file") : fileTooLarge(error, subject ?? "a file");
  if (unwritable.has(code)) {
    if (inTemporary) return temporaryGone(error, temporary);
    return path !== undefined && own && store !== undefined
      ? storeUnwritable(error, store, cause)
      : undefined;
  }
  if (store !== undefined && damage(cause, path, store)) return damagedStore(store, error);
  if (/out of memory error|failed to pin block/i.test(cause.message)) {
    return new QuadratError("memory", "DuckDB ran out of the memory that memory.limit leaves it", {
      cause: error,
      hint: `raise memory.limit, or set threads to fewer; ${kept}: run the same command again to resume`,
      place: { key: "memory.limit" },
    });
  }
  return undefined;
}

function diskFull(cause: unknown, path: string | undefined, own: boolean): QuadratError {
  const what =
    path === undefined ? "nothing more can be written" : own ? `${path} can't grow` : `can't write ${path}`;
  const where = path === undefined ? "" : ` on the file system of ${dirname(path)}`;
  return new QuadratError("output", `the disk is full: ${what}`, {
    cause,
    hint: `free some space${where}, or choose another place with --store or export.directory; ${kept}`,
    ...(path === undefined ? {} : { place: { file: path } }),
  });
}

function fileTooLarge(cause: unknown, path: string): QuadratError {
  return new QuadratError("output", `${path} can't grow: the file would be larger than is allowed`, {
    cause,
    hint: `${largerFiles}, or choose another place with --store or export.directory; ${kept}`,
    place: { file: path },
  });
}

/** What to do if files can't be as large as needed. */
export const largerFiles =
  "raise the limit of this session (`ulimit -f`), or use a file system that supports larger files";

function temporaryFull(
  cause: unknown,
  folder: string | undefined,
  what: "disk" | "file" = "disk",
): QuadratError {
  const named = folder === undefined ? "" : ` in ${dirname(folder)}`;
  const full =
    what === "disk" ? "the disk for temporary files is full" : "temporary files can't grow any further";
  return new QuadratError("output", `${full}: DuckDB can't spill what it sorts${named}`, {
    cause,
    hint: `${what === "disk" ? "free some space there" : largerFiles}, set TMPDIR to a folder on another disk, or raise memory.limit; ${kept}`,
    ...(folder === undefined ? {} : { place: { file: dirname(folder) } }),
  });
}

function temporaryGone(cause: unknown, folder: string | undefined): QuadratError {
  return new QuadratError("system", `the folder for temporary files can no longer be written: ${folder}`, {
    cause,
    hint: `run the same command again, with TMPDIR set to a folder that is not removed; ${kept}`,
  });
}

function storeUnwritable(cause: unknown, store: string, { message }: Error): QuadratError {
  return new QuadratError("output", `the store ${store} can't be written: ${message.split("\n")[0]}`, {
    cause,
    hint: "check that its folder still exists and is not read-only, and that its disk works; then run the same command again",
    place: { file: store },
  });
}
