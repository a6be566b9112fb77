import { existsSync } from "node:fs";
import { access, constants, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isQuadratError, QuadratError } from "../errors.js";
import { sha256Of } from "../sha256.js";
import { systemCode, systemPath } from "../system/codes.js";
import { largerFiles } from "../system/fault.js";
import type { WrittenFile } from "../table/exporter.js";
import type { Progress } from "./progress.js";

const suffix = ".partial";

/** The name of a file until it is complete. */
export function partialPath(path: string): string {
  return join(dirname(path), `.${basename(path)}${suffix}`);
}

/**
 * Writes a file under a temporary name, syncs it, and gives it its final name. If `write` fails nothing is left; a
 * temporary file that can't be removed is a warning.
 * @param elsewhere how to choose another place, for messages
 * @throws QuadratError of kind "output" if the file can't be created or replaced, with the cause
 */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<WrittenFile | void>,
  progress: Progress,
  elsewhere = "choose another `export.directory`",
): Promise<WrittenFile> {
  const temporary = partialPath(path);
  try {
    await rm(temporary, { force: true });
    const facts = await syncAndHash(temporary, await write(temporary));
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return facts;
  } catch (error) {
    await discard(temporary, progress);
    throw outputError(path, error, elsewhere);
  }
}

/** Creates the directory and makes sure that files can be written there. */
export async function prepareDirectory(directory: string): Promise<void> {
  try {
    await makeDirectories(directory);
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new QuadratError("output", `can't write to the directory ${directory}: ${reason(cause)}`, {
      cause,
      hint: "choose another `export.directory`, or change its permissions",
      place: { file: directory, key: "export.directory" },
    });
  }
}

/** Like `mkdir -p`; Node's own recursive mkdir never ends where the kernel refuses with ENOENT, as in /proc. */
async function makeDirectories(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(directory)).isDirectory()) return;
    const parent = dirname(directory);
    if (code !== "ENOENT" || parent === directory || existsSync(parent)) throw error;
    await makeDirectories(parent);
    await mkdir(directory);
  }
}

/** Removes what a killed run has left in the directory. */
export async function removeLeftovers(directory: string, progress: Progress): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(".") && name.endsWith(suffix)) await discard(join(directory, name), progress);
  }
}

async function syncAndHash(path: string, told: WrittenFile | void): Promise<WrittenFile> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  const { size } = await stat(path);
  if (told?.bytes === size) return told;
  return { bytes: size, sha256: await sha256Of(path) };
}

/** Makes the new name durable if directories can be synced. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some systems do not sync directories; the rename itself has succeeded.
  }
}

async function discard(path: string, progress: Progress): Promise<void> {
  try {
    await rm(path, { force: true, recursive: true });
  } catch (error) {
    progress.log("warning", `can't remove the temporary file ${path}: ${reason(error)}`);
  }
}

const systemCodes = new Set([
  "EACCES",
  "EPERM",
  "ENOSPC",
  "EROFS",
  "EISDIR",
  "ENOTDIR",
  "EDQUOT",
  "EBUSY",
  "EEXIST",
  "ENOTEMPTY",
  "EFBIG",
  "EIO",
  "ENOENT",
]);

function outputError(path: string, error: unknown, elsewhere: string): unknown {
  const code = systemCode(error);
  if (isQuadratError(error) || code === undefined || !systemCodes.has(code)) return error;
  // DuckDB may have failed with a file of its own, such as one used for sorting.
  const about = systemPath(error);
  if (about !== undefined && ![path, partialPath(path), dirname(path)].includes(about)) return error;
  return new QuadratError("output", `can't write ${path}: ${reason(error)}`, {
    cause: error,
    hint: outputHint(code, dirname(path), elsewhere),
    place: { file: path },
  });
}

function outputHint(code: string, folder: string, elsewhere: string): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `free some space on the file system of ${folder}, or ${elsewhere}; what is staged is kept`;
    case "EFBIG":
      return `${largerFiles}, or ${elsewhere}; what is staged is kept`;
    case "ENOENT":
      return "the folder was removed or renamed during the run: run the same command again";
    case "EIO":
      return `check the disk, or ${elsewhere}; what is staged is kept`;
    default:
      return `remove or rename what exists there, change the permissions, or ${elsewhere}`;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
