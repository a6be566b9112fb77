import { constants, open, type FileHandle } from "node:fs/promises";
import { isAddress } from "../remote/address.js";
import { sha256Of } from "../sha256.js";
import { remoteInput } from "./remote-input.js";

/** A file on which an input's values depend, as it was found. */
export interface InputFile {
  /** Absolute; or an address. */
  readonly path: string;
  /** Device, inode, size, and the times of modification and change; of an address, size and validator. */
  readonly state: string;
  readonly bytes: number;
  /**
   * Whether it had been unchanged for long enough that any later change shows in its state. A file that was just written to
   * may be written to again within the same tick of the file system's clock.
   */
  readonly settled: boolean;
  /** The SHA-256 of its content in hexadecimal, if known; of an address, what identifies its content: its ETag or the like. */
  readonly sha256?: string | undefined;
}

/** A file identified by name and content. */
export interface HashedFile {
  /** Absolute; or an address. */
  readonly path: string;
  readonly bytes: number;
  /** Of an address, what identifies its content: its ETag or the like. */
  readonly sha256: string;
}

/** The existing files of an input. */
export interface InputFiles {
  /** The files as they were before the input was opened; with the content of those that had not settled. */
  readonly before: readonly InputFile[];
  /** The files as they are now, without reading any content. */
  readonly now: () => Promise<readonly InputFile[]>;
}

/**
 * The coarsest clock of a file system in use is FAT's, with two seconds; a file server's clock may be off by as much again.
 */
const settledAfterMs = 4000;

/**
 * Examines the files of an input, which must not be open yet.
 * @param list returns their paths, and is called again by `now`: a file that appears or disappears is a change
 */
export async function findInputFiles(
  list: () => readonly string[] | Promise<readonly string[]>,
): Promise<InputFiles> {
  const now = async (): Promise<readonly InputFile[]> => {
    const files: InputFile[] = [];
    // One by one, so that only few are open at a time.
    for (const path of await list()) files.push(...(await look(path)));
    return files;
  };
  const before: InputFile[] = [];
  for (const file of await now()) {
    const isKnown = file.settled || file.sha256 !== undefined;
    before.push(isKnown ? file : { ...file, sha256: await sha256Of(file.path) });
  }
  return { before, now };
}

/** Whether it is certain without reading the content that a file is unchanged. */
export function isSameFile(then: InputFile, now: InputFile): boolean {
  return then.path === now.path && then.state === now.state && then.settled;
}

/** Whether a file has the same state as then; without reading its content. */
export async function isUnchanged({ path, state }: Pick<InputFile, "path" | "state">): Promise<boolean> {
  // Nothing that is read at an address is asked for by queries.
  if (isAddress(path)) return false;
  const [now] = await look(path);
  return now?.state === state;
}

/** The state of a file, as {@link InputFile.state}; undefined if nothing can be read. */
export async function fileState(path: string): Promise<string | undefined> {
  return (await look(path))[0]?.state;
}

/** Errors of a file that counts as missing. */
const absent: readonly string[] = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP"];

/** The file, or undefined if nothing can be read. @throws QuadratError for an address at which nothing is */
async function look(path: string): Promise<[InputFile] | []> {
  if (isAddress(path)) return [await remoteInput(path)];
  const seen = Date.now();
  // Opening a file asks the file server for its current state; before that, the client's knowledge may be a minute old.
  const handle = await openToRead(path);
  if (!handle) return [];
  try {
    const facts = await handle.stat({ bigint: true });
    if (!facts.isFile()) return [];
    const { dev, ino, size, mtimeNs, ctimeNs } = facts;
    const age = (time: bigint): number => seen - Number(time / 1_000_000n);
    // A time in the future comes from a wrong clock, or was set by a program, which is possible only for mtime.
    const settled = age(ctimeNs) > settledAfterMs && Math.abs(age(mtimeNs)) > settledAfterMs;
    const state = [dev, ino, size, mtimeNs, ctimeNs].join(":");
    return [{ path, state, bytes: Number(size), settled }];
  } finally {
    await handle.close();
  }
}

/** This does not block on a named pipe to which nobody writes. */
async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (absent.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
