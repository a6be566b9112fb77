import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { naturalOrder } from "./natural-order.js";

/**
 * The files of a folder and its subfolders, in {@link naturalOrder}. Names that begin with a dot or an underscore are
 * skipped: programs use them for markers such as `_SUCCESS` and `.part-0.crc`.
 */
export async function filesOfFolder(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (below: string): Promise<void> => {
    for (const { name, ...entry } of await entriesOf(below)) {
      const path = join(below, name);
      if (entry.isFolder) await visit(path);
      else found.push(path);
    }
  };
  await visit(folder);
  return found.sort(naturalOrder);
}

/** Links to files are followed; links to folders are not, since they may lead back. */
async function entriesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const kept: { name: string; isFolder: boolean }[] = [];
  for (const entry of entries) {
    if (/^[._]/.test(entry.name)) continue;
    const linked = entry.isSymbolicLink() && (await stat(join(folder, entry.name)).catch(() => undefined));
    if (entry.isDirectory() || entry.isFile() || (linked && linked.isFile())) {
      kept.push({ name: entry.name, isFolder: entry.isDirectory() });
    }
  }
  return kept;
}
