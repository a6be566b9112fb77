import { constants, open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { fault } from "./fault.js";

/** A file that is read by ranges, never whole. */
export interface RandomAccessFile {
  readonly path: string;
  /** Bytes in the file when it was opened. */
  readonly size: number;
  /**
   * The bytes `[offset, offset + length)`, in a buffer of their own.
   * @throws QuadratError when they don't lie in the file
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same, into the start of a buffer that is large enough. */
  readInto(buffer: Uint8Array, offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** @throws QuadratError of kind "input" when there is no regular file that can be read */
export async function openFile(path: string): Promise<RandomAccessFile> {
  // Not to be held up by a named pipe that nobody writes to.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  try {
    const { size } = await regularFile(path, handle);
    return {
      path,
      size,
      read: (offset, length) => readRange(path, handle, size, offset, length),
      readInto: (buffer, offset, length) => readRange(path, handle, size, offset, length, buffer),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** True when `path` is a regular file that can be opened. */
export async function fileExists(path: string): Promise<boolean> {
  const file = await openFile(path).catch(() => undefined);
  await file?.close();
  return file !== undefined;
}

async function regularFile(path: string, handle: FileHandle): Promise<{ size: number }> {
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
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw fault(path, `${length} bytes at offset ${offset} lie outside the file of ${size} bytes`);
  }
  const bytes = buffer?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle
      .read(bytes, done, length - done, offset + done)
      .catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
    if (bytesRead === 0) throw fault(path, "the file became shorter while it was being read");
    done += bytesRead;
  }
  return bytes;
}

function unreadable(path: string, cause: unknown) {
  const code = (cause as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOENT: "there is no such file",
    EACCES: "the file may not be read (permission denied)",
    EPERM: "the file may not be read (permission denied)",
    EISDIR: "this is a directory, not a file",
    ENOTDIR: "a part of the path is not a directory",
    EMFILE: "too many files are open",
  };
  return fault(path, reasons[code ?? ""] ?? `the file can't be read: ${(cause as Error).message}`, { cause });
}
