import { constants, open, type FileHandle } from "node:fs/promises";
import { sha256Of } from "../sha256.js";

/** A file that an input's values depend on, as it was found. */
export interface InputFile {
  /** Absolute. */
  readonly path: string;
  /** Device, inode, size, and the times of modification and change. */
  readonly state: string;
  readonly bytes: number;
  /**
   * Whether it had been left alone for long enough that any later change shows in its state. A file written to just before may be
   * written to once more within the same tick of the file system's clock.
   */
  readonly settled: boolean;
  /** Of its content, in hexadecimal, where that is known. */
  readonly sha256?: string | undefined;
}

/** A file by name and content. */
export interface HashedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The files behind an input that are there. */
export interface InputFiles {
  /** As they were before the input was opened; the content is known of those that had not settled. */
  readonly before: readonly InputFile[];
  /** As they are now; the content of no file is looked at. */
  readonly now: () => Promise<readonly InputFile[]>;
}

/** The coarsest clock of a file system in use is FAT's, of two seconds; a file server's clock may go wrong by as much again. */
const settledAfterMs = 4000;

/**
 * Looks at the files of an input, which must not be open yet.
 * @param list their paths, asked for again by `now`: a file that comes or goes is a change
 */
export async function findInputFiles(
  list: () => readonly string[] | Promise<readonly string[]>,
): Promise<InputFiles> {
  const now = async (): Promise<readonly InputFile[]> => {
    const files: InputFile[] = [];
    // One by one, so that few are open at a time.
    for (const path of await list()) files.push(...(await look(path)));
    return files;
  };
  const before: InputFile[] = [];
  for (const file of await now()) {
    before.push(file.settled ? file : { ...file, sha256: await sha256Of(file.path) });
  }
  return { before, now };
}

/** Whether it is plain without a look at the content that a file is the one that it was. */
export function isSameFile(then: InputFile, now: InputFile): boolean {
  return then.path === now.path && then.state === now.state && then.settled;
}

/** Errors of a file that counts as not being there. */
const absent: readonly string[] = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP"];

/** The file, or none where nothing can be read. */
async function look(path: string): Promise<[InputFile] | []> {
  const seen = Date.now();
  // A file server is asked for what has become of a file when it is opened; before, the client may know no better than a minute ago.
  const handle = await openToRead(path);
  if (!handle) return [];
  try {
    const facts = await handle.stat({ bigint: true });
    if (!facts.isFile()) return [];
    const { dev, ino, size, mtimeNs, ctimeNs } = facts;
    const age = (time: bigint): number => seen - Number(time / 1_000_000n);
    // A time to come is that of a change by a clock that goes wrong, or one that was set, which of the two only mtime can be.
    const settled = age(ctimeNs) > settledAfterMs && Math.abs(age(mtimeNs)) > settledAfterMs;
    const state = [dev, ino, size, mtimeNs, ctimeNs].join(":");
    return [{ path, state, bytes: Number(size), settled }];
  } finally {
    await handle.close();
  }
}

/** Not held up by a named pipe to which nobody writes. */
async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (absent.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
