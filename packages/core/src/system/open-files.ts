import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Below this limit modules are loaded one by one, because an import opens all files of a level of its graph at
 * once.
 */
const few = 2048;

/** The files that a process without threads has open, including DuckDB's and those of one raster. */
const ownFiles = 44;

/** The files of a worker thread: Node's own, and those that it reads. */
const threadFiles = 8;

/**
 * A thread whose event loop can't be created crashes the process, so this many must be left when one is
 * started.
 */
const reserve = 8;

let known: number | undefined;

/** The number of files that this process may have open at once, including pipes and sockets; Infinity if unknown. */
export function openFileLimit(): number {
  return (known ??= readLimit());
}

/** Whether the limit is so low that files must be opened sparingly. */
function fewOpenFiles(): boolean {
  return openFileLimit() < few;
}

/** The number of threads for which there are enough files, at least one. */
export function threadsForFiles(threads: number): number {
  return Math.max(1, Math.min(threads, Math.floor((openFileLimit() - ownFiles) / threadFiles)));
}

/** Whether one more worker thread can be started. */
export function roomForThread(): boolean {
  if (!fewOpenFiles()) return true;
  const open = openFiles();
  return open === undefined || open + threadFiles + reserve <= openFileLimit();
}

/**
 * If few files may be open, loads a module and all that it imports file by file, so that an import of it finds them
 * loaded. What can't be loaded this way is left to the import, which reports why.
 */
export function preloadModule(url: string): void {
  if (!fewOpenFiles()) return;
  try {
    createRequire(url)(fileURLToPath(url));
  } catch {
    // The import fails for the same reason, or can do what this can't.
  }
}

/** Imports a module by its absolute URL, opening few files at once where the limit is low. */
export function importModule(url: string): Promise<unknown> {
  preloadModule(url);
  return import(url);
}

function openFiles(): number | undefined {
  for (const folder of ["/proc/self/fd", "/dev/fd"]) {
    try {
      return readdirSync(folder).length;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Node raises the soft limit to the hard one when it starts. */
function readLimit(): number {
  if (process.platform === "win32") return Number.POSITIVE_INFINITY;
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return reportedLimit();
  }
}

function reportedLimit(): number {
  try {
    const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
    const soft = report.userLimits?.open_files?.soft;
    return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
