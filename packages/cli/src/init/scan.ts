import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { datasetKind, QuadratError } from "@quadrat/core";
import type { DatasetKind } from "@quadrat/core";

/** A file that may become a dataset. */
export interface FoundFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly kind: DatasetKind;
}

const deepest = 3;
const mostFiles = 500;
const skipped = new Set(["node_modules", "output", "dist"]);

/**
 * The rasters and tables of a folder and of the folders in it, three deep, by path. Hidden ones and outputs are passed by.
 *
 * @throws QuadratError of kind "usage" when there is no such folder
 */
export async function scanFolder(folder: string): Promise<FoundFile[]> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new QuadratError("usage", `there is no folder ${folder}`);
  }
  const found: FoundFile[] = [];
  const visit = async (below: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below ? `${below}/${entry.name}` : entry.name;
      if (entry.name.startsWith(".") || skipped.has(entry.name)) continue;
      if (entry.isDirectory() && depth < deepest) await visit(path, depth + 1);
      const kind = entry.isFile() || entry.isSymbolicLink() ? datasetKind(entry.name) : undefined;
      if (kind && found.length < mostFiles && !isNote(entry.name)) found.push({ path, kind });
    }
  };
  await visit("", 1);
  return found;
}

/** Texts that are not tables. */
function isNote(name: string): boolean {
  return /^(read.?me|licen[cs]e|notes?|changelog|citation|requirements)\b.*\.txt$/i.test(basename(name));
}
