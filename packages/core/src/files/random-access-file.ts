import { constants, open } from "node:fs/promises";
import { readSync, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { isMainThread } from "node:worker_threads";
import { QuadratError, type QuadratErrorOptions } from "../errors.js";
import { isAddress } from "../remote/address.js";
import { openThere } from "../remote/thread-link.js";
import { quietly } from "../system/clean-up.js";
import { failingDisk } from "../system/codes.js";
import { outOfFiles } from "../system/too-many-files.js";
import { pooledFile } from "./handle-pool.js";
import type { RandomAccessFile } from "./random-access.js";

/**
 * Opens a file, or what a server has at an address. Of many files open at once only those read last keep their handle; a file
 * that is reopened must be unchanged.
 * @throws QuadratError of kind "input" if there is no regular file that can be read
 */
export async function openFile(path: string): Promise<RandomAccessFile> {
  if (isAddress(path)) return openThere(path) ?? (await import("../remote/open-remote.js")).openHere(path);
  const handle = await openHandle(path);
  const first = await closedOnFailure(handle, () => regularFile(path, handle));
  const { size } = first;
  const file = pooledFile(handle, async () => {
    const again = await openHandle(path);
    await closedOnFailure(again, async () => assertSame(path, first, await regularFile(path, again)));
    return again;
  });
  const read = (offset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array> =>
    file.use((handle) => readRange(path, handle, size, offset, length, buffer));
  return {
    path,
    size,
    read,
    readInto: (buffer, offset, length) => read(offset, length, buffer),
    ...(!isMainThread && {
      readNow: (buffer, offset, length) => {
        const handle = file.now();
        return handle && readRangeNow(path, handle, size, offset, buffer.subarray(0, length));
      },
    }),
    close: () => file.close(),
  };
}

/**
 * True if `path` is a regular file that can be opened. Servers are not asked: nothing is fetched that no configuration names.
 * @throws QuadratError if the limit of open files prevents finding out
 */
export async function fileExists(path: string): Promise<boolean> {
  if (isAddress(path)) return false;
  const file = await openFile(path).catch((error: unknown) => {
    const files = outOfFiles(error);
    if (files) throw files;
    return undefined;
  });
  await file?.close();
  return file !== undefined;
}

async function openHandle(path: string): Promise<FileHandle> {
  try {
    // This does not block on a named pipe to which nobody writes.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function closedOnFailure<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await quietly(() => handle.close());
    throw error;
  }
}

function assertSame(path: string, before: Stats, now: Stats): void {
  if (before.size === now.size && before.mtimeMs === now.mtimeMs && before.ino === now.ino) return;
  throw fault(path, "the file was changed or replaced while it was being read", {
    hint: "run the same command again when nothing writes to it any more",
  });
}

async function regularFile(path: string, handle: FileHandle): Promise<Stats> {
  const status = await handle.stat();
  if (status.isFile()) return status;
  throw fault(path, status.isDirectory() ? "this is a directory, not a file" : "this is not a regular file");
}

async function readRange(
  path: string,
  handle: FileHandle,
  size: number,
  offset: number,
  length: number,
  buffer?: Uint8Array,
): Promise<Uint8Array> {
  assertInside(path, size, offset, length);
  const bytes = buffer?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle
      .read(bytes, done, length - done, offset + done)
      .catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
    if (bytesRead === 0) throw shortened(path);
    done += bytesRead;
  }
  return bytes;
}

function readRangeNow(
  path: string,
  { fd }: FileHandle,
  size: number,
  offset: number,
  bytes: Uint8Array,
): Uint8Array {
  const { length } = bytes;
  assertInside(path, size, offset, length);
  for (let done = 0; done < length;) {
    let read: number;
    try {
      read = readSync(fd, bytes, done, length - done, offset + done);
    } catch (cause) {
      throw unreadable(path, cause);
    }
    if (read === 0) throw shortened(path);
    done += read;
  }
  return bytes;
}

function assertInside(path: string, size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw fault(path, `${length} bytes at offset ${offset} are outside the file of ${size} bytes`);
}

function shortened(path: string): QuadratError {
  return fault(path, "the file became shorter while it was being read");
}

function unreadable(path: string, cause: unknown): QuadratError {
  const files = outOfFiles(cause);
  if (files) return files;
  const code = (cause as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOENT: "the file does not exist",
    EACCES: "the file may not be read (permission denied)",
    EPERM: "the file may not be read (permission denied)",
    EISDIR: "this is a directory, not a file",
    ENOTDIR: "a part of the path is not a directory",
  };
  return fault(path, reasons[code ?? ""] ?? `the file can't be read: ${(cause as Error).message}`, {
    cause,
    ...(code === "EIO" ? { hint: `${failingDisk}, and copy the file again` } : {}),
  });
}

function fault(path: string, message: string, options: QuadratErrorOptions = {}): QuadratError {
  return new QuadratError("input", message, { ...options, place: { file: path } });
}
