import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isQuadratError, openFile } from "@quadrat/core/base";
import { Damaged } from "../fault.js";

/** A local folder as a store: files by keys such as `tas/c/0/1`. */
export interface Folder {
  readonly path: string;
  /** The whole file; undefined if there is none. @throws Damaged if it has more than `most` bytes */
  read(key: string, most: number): Promise<Uint8Array | undefined>;
  /** A part of a file; of a negative offset from its end. */
  readPart(key: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  /** The names of the folders in a folder. */
  folders(key: string): Promise<readonly string[]>;
}

export function openFolder(path: string): Folder {
  const use = async <T>(
    key: string,
    work: (file: Awaited<ReturnType<typeof openFile>>) => Promise<T>,
  ): Promise<T | undefined> => {
    const file = await openFile(join(path, checkKey(key))).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (!file) return undefined;
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  };
  return {
    path,
    read: (key, most) =>
      use(key, (file) => {
        if (file.size > most) throw new Damaged(`${key} has ${file.size} bytes, more than ${most}`);
        return file.read(0, file.size);
      }),
    readPart: (key, offset, length) =>
      use(key, (file) => {
        const start = offset < 0 ? file.size + offset : offset;
        if (start < 0 || start + length > file.size)
          throw new Damaged(`${length} bytes at ${offset} are outside of ${key}, which has ${file.size}`);
        return file.read(start, length);
      }),
    async folders(key) {
      const entries = await readdir(join(path, checkKey(key)), { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort();
    },
  };
}

function isAbsent(error: unknown): boolean {
  const cause = isQuadratError(error) ? error.cause : error;
  return ["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? "");
}

/** Metadata may name what is not in the folder. */
function checkKey(key: string): string {
  const parts = key.split("/");
  if (key !== "" && parts.some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part)))
    throw new Damaged(`"${key}" is not the name of something in it`);
  return key;
}

const mostFiles = 2_000_000;

/** Absolute paths of all files in a folder, those of its root first, each folder in alphabetical order. */
export async function filesIn(path: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) if (entry.isFile()) found.push(join(folder, entry.name));
    for (const entry of entries) {
      if (entry.isDirectory() && found.length < mostFiles) await visit(join(folder, entry.name));
    }
  };
  await visit(path);
  return found;
}
