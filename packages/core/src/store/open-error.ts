import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { QuadratError } from "../errors.js";
import { failingDisk, systemCode, systemPath } from "../system/codes.js";
import { outOfFiles } from "../system/too-many-files.js";
import { natureOf } from "./database-file.js";
import { noExtensions } from "./no-extensions.js";

/** The refusal to touch a file that is not a database. */
export function foreignFile(path: string, cause?: unknown): QuadratError {
  return new QuadratError("output", `${path} is not a DuckDB database; it was not changed`, {
    cause,
    hint: "choose another file with --store, or remove this one yourself",
    place: { file: path },
  });
}

/** Whether DuckDB could not open a file because it could not lock it. */
export function isLocked(cause: unknown): boolean {
  return cause instanceof Error && /\block\b/i.test(cause.message);
}

/** Whether an error of DuckDB means that the bytes of the store are not those that were written. */
export function damage({ message }: Error, path: string | undefined, store: string): boolean {
  if (/corrupt database file|failure while replaying WAL|failed to load metadata pointer/i.test(message))
    return true;
  if (path !== undefined && path !== store && path !== `${store}.wal`) return false;
  return /could not read enough bytes|^Serialization Error|failed to deserialize/i.test(message);
}

/** The refusal of a store whose bytes have changed since they were written. */
export function damagedStore(path: string, cause: unknown): QuadratError {
  return new QuadratError(
    "output",
    `the store ${path} is damaged: its bytes are not those that were written`,
    {
      cause,
      hint: "`--fresh` with `quadrat run`, or with `quadrat shard collect`, makes it anew; check the disk if this happens again",
      place: { file: path },
    },
  );
}

/** A process that has a store open, as the system that locks files knows it. */
export interface LockHolder {
  /** 0 if it is a process of another machine or container. */
  readonly pid: number;
  /** Its executable, if that is known. */
  readonly program: string | undefined;
}

/** The refusal of a store that another process has open. */
export class StoreInUse extends QuadratError {
  readonly store: string;
  readonly holder: LockHolder | undefined;

  constructor(store: string, cause: unknown) {
    super("output", `the store ${store} is in use by another process`, { cause, place: { file: store } });
    this.store = store;
    this.holder = holderIn(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Who holds the lock, in DuckDB's words: `held in /usr/bin/node (PID 12)`, or `held in PID 0`. */
function holderIn(message: string): LockHolder | undefined {
  const [, program, pid] = /\bheld in (?:(.+) \()?PID (\d+)\b/.exec(message) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), program };
}

/** Whether a store could not be opened because another process has it open. */
export function inUse(error: unknown): error is StoreInUse {
  return error instanceof StoreInUse;
}

/** Converts a failure to open a database. */
export async function openError(path: string, cause: unknown): Promise<QuadratError> {
  const message = cause instanceof Error ? cause.message : String(cause);
  const firstLine = message.split("\n")[0]!;
  const place = { file: path };
  if (isLocked(cause)) {
    const refused = new StoreInUse(path, cause);
    // A holder that is known shows that files can be locked here.
    const locks = (refused.holder?.pid ?? 0) > 0 || !(await cannotLock(path, message));
    return locks ? refused : unlockable(path, cause);
  }
  const files = outOfFiles(cause);
  if (files) return files;
  const code = systemCode(cause);
  if (code === undefined && natureOf(path) === "foreign") return foreignFile(path, cause);
  if (/newer version|storage version/i.test(message)) {
    return new QuadratError("output", `can't open the store ${path}: ${firstLine}`, {
      cause,
      hint: "update Quadrat, or run with --fresh to rebuild it",
      place,
    });
  }
  if (cause instanceof Error && damage(cause, systemPath(cause), path)) return damagedStore(path, cause);
  const full = code === "ENOSPC" || code === "EDQUOT";
  const hints: Readonly<Record<string, string>> = {
    EIO: `${failingDisk}, or choose another place with --store; the existing one can't be read, but \`--fresh\` rebuilds it from the inputs`,
  };
  return new QuadratError(
    "output",
    full ? `the disk is full: ${path} can't grow` : `can't open the store ${path}: ${firstLine}`,
    {
      cause,
      hint: full
        ? `free some space on the file system of ${dirname(path)}, or choose another place with --store`
        : (hints[code ?? ""] ?? "check that its directory exists and is writable"),
      place,
    },
  );
}

function unlockable(path: string, cause: unknown): QuadratError {
  return new QuadratError(
    "output",
    `the store ${path} can't be locked: its file system does not lock files`,
    {
      cause,
      hint: "network file systems (NFS, SMB, Lustre) are often mounted without locks: keep the store on a local disk with --store FILE; outputs can stay where they are",
      place: { file: path },
    },
  );
}

/**
 * Whether the file system is the reason that a file can't be locked: then no new file beside it can be locked
 * either.
 */
async function cannotLock(path: string, message: string): Promise<boolean> {
  if (/locks are not supported|no locks available/i.test(message)) return true;
  const probe = `${path}.${process.pid}.lock`;
  try {
    (await DuckDBInstance.create(probe, { threads: "1", memory_limit: "64MB", ...noExtensions })).closeSync();
    return false;
  } catch (error) {
    // If no file can be created, DuckDB still reports that it knows no holder of the lock.
    return isLocked(error) || /held in PID 0\b/.test(message);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
