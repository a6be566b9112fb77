import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * The identity of a file: device and inode, so that symbolic and hard links are resolved; for a file that does not
 * exist yet, the real path that it would have.
 */
export async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return realPathOf(path);
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(await realPathOf(folder), basename(path));
  }
}
