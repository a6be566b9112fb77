import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Does the work with a folder that is removed afterwards. */
export async function inTestFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "quadrat-check-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether this process has a file open; undefined if the system does not report it. */
export async function isOpen(path: string): Promise<boolean | undefined> {
  const descriptors = await readdir("/proc/self/fd").catch(() => undefined);
  if (!descriptors) return undefined;
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/self/fd/${descriptor}`).catch(() => undefined);
    if (target === path) return true;
  }
  return false;
}
