import { createHash } from "node:crypto";
import { readlinkSync, rmSync } from "node:fs";
import { access, constants, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { QuadratError } from "../errors.js";
import { once } from "../once.js";
import { isRunning } from "./processes.js";
import { outOfFiles } from "./too-many-files.js";

/** A folder for temporary files of this process. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** The existing folders; they are removed when the process ends, unless it is killed. */
const mine = new Set<string>();

const removeAtExit = once(() => {
  process.on("exit", () => {
    for (const path of mine) rmSync(path, { recursive: true, force: true });
  });
});

/**
 * Creates a folder in the system's folder for temporary files, after removing those of earlier processes that were
 * killed.
 * @throws QuadratError of kind "system" if that folder is missing, is not a folder, or can't be written
 */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const parent = tmpdir();
  await removeLeftovers(parent);
  const path = await mkdtemp(join(parent, `quadrat-${home()}-${process.pid}-`)).catch(
    async (cause: unknown) => {
      await checkTemporaryFolder();
      throw outOfFiles(cause) ?? unusable(parent, (cause as Error).message, cause);
    },
  );
  removeAtExit();
  mine.add(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      mine.delete(path);
    },
  };
}

/**
 * Makes sure that there is a folder for temporary files, without writing to it.
 * @throws QuadratError of kind "system"
 */
export async function checkTemporaryFolder(): Promise<void> {
  const folder = tmpdir();
  try {
    if (!(await stat(folder)).isDirectory()) throw unusable(folder, "it is not a folder");
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const files = outOfFiles(cause);
    if (files) throw files;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "it does not exist",
      ENOTDIR: "it is not a folder",
      EROFS: "its file system is read-only",
      EACCES: "it can't be written (permission denied)",
      EPERM: "it can't be written (operation not permitted)",
    };
    throw unusable(folder, reasons[code] ?? message, cause);
  }
}

function unusable(folder: string, reason: string, cause?: unknown): QuadratError {
  return new QuadratError("system", `can't use ${folder} for temporary files: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: "set TMPDIR to an existing, writable folder",
    place: { file: folder },
  });
}

/** Removes the folders of processes of this machine that no longer exist. */
async function removeLeftovers(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const start = `quadrat-${home()}-`;
  for (const name of names) {
    const pid = name.startsWith(start) ? Number(/^(\d+)-/.exec(name.slice(start.length))?.[1]) : NaN;
    if (Number.isNaN(pid) || isRunning(pid)) continue;
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Identifies this machine or container, within which the number of a process is unique. */
const home = once(() => {
  const facts = [hostname(), linkOf("/proc/self/ns/pid")];
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 8);
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
