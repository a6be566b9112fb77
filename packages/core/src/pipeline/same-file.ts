import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * What makes two paths one file: device and inode, so that symbolic and hard links are seen through; of a file that is
 * not there yet, the real path that it would have.
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
