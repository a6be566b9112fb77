import type { FileHandle } from "node:fs/promises";
import { quietly } from "../system/clean-up.js";
import { openFileLimit } from "../system/open-files.js";

/** A file that is open while it is read, and possibly in between. */
export interface PooledFile {
  /** Does the work with the file open. */
  use<T>(work: (handle: FileHandle) => Promise<T>): Promise<T>;
  /** Its handle until the next time that this thread waits, if it is open. */
  now(): FileHandle | undefined;
  close(): Promise<void>;
}

/**
 * The number of files that a thread keeps open for later reads, and the part of the process's limit that they
 * may use.
 */
const most = { files: 64, part: 1 / 16 };
const least = 4;

interface Entry {
  handle: Promise<FileHandle> | undefined;
  /** The handle while it is open. */
  open: FileHandle | undefined;
  users: number;
}

/** The open files, the last used at the end. */
const opened = new Set<Entry>();

/** Adds a file to this thread's pool: of hundreds, only those used last stay open. */
export function pooledFile(first: FileHandle, reopen: () => Promise<FileHandle>): PooledFile {
  const entry: Entry = { handle: Promise.resolve(first), open: first, users: 0 };
  opened.add(entry);
  let closed = false;
  return {
    async use(work) {
      if (closed) throw new Error("the file is closed");
      entry.users++;
      opened.delete(entry);
      opened.add(entry);
      try {
        entry.handle ??= reopen();
        const handle = await entry.handle;
        if (!closed) entry.open = handle;
        return await work(handle);
      } catch (error) {
        // A file that could not be opened is tried again with the next read.
        if (entry.handle && !(await isOpen(entry.handle))) entry.handle = undefined;
        throw error;
      } finally {
        entry.users--;
        await closeOldest();
      }
    },
    now: () => entry.open,
    close() {
      closed = true;
      return closeEntry(entry);
    },
  };
}

async function closeOldest(): Promise<void> {
  const room = Math.max(least, Math.min(most.files, Math.floor(openFileLimit() * most.part)));
  for (const entry of opened) {
    if (opened.size <= room) return;
    if (entry.users === 0) await quietly(() => closeEntry(entry));
  }
}

async function closeEntry(entry: Entry): Promise<void> {
  const { handle } = entry;
  entry.handle = entry.open = undefined;
  opened.delete(entry);
  await (await handle)?.close();
}

function isOpen(handle: Promise<FileHandle>): Promise<boolean> {
  return handle.then(
    () => true,
    () => false,
  );
}
