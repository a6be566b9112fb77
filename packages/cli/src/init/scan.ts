import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { QuadratError } from "@quadrat/core";
import { datasetKind, type DatasetKind } from "@quadrat/core/host";

/** A file, or a folder that is one table, which may become a dataset. */
export interface FoundFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly kind: DatasetKind;
}

const deepest = 3;
const mostFiles = 500;
const skipped = new Set(["node_modules", "output", "dist"]);

/**
 * The rasters and tables of a folder and its subfolders, three levels deep, sorted by path. Hidden files and outputs are
 * skipped.
 *
 * @throws QuadratError of kind "usage" if the folder does not exist
 */
export async function scanFolder(folder: string): Promise<FoundFile[]> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new QuadratError("usage", `folder ${folder} does not exist`);
  }
  const found: FoundFile[] = [];
  const visit = async (below: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below ? `${below}/${entry.name}` : entry.name;
      if (entry.name.startsWith(".") || skipped.has(entry.name)) continue;
      const isArray = entry.isDirectory() && /\.zarr$/i.test(entry.name);
      const isTable = entry.isDirectory() && !isArray && (await isTableFolder(join(folder, path)));
      if (entry.isDirectory() && !isTable && !isArray && depth < deepest) await visit(path, depth + 1);
      const isFile = entry.isFile() || entry.isSymbolicLink();
      const kind = isTable ? "occurrences" : isFile || isArray ? datasetKind(entry.name) : undefined;
      if (kind && found.length < mostFiles && !isNote(entry.name)) found.push({ path, kind });
    }
  };
  await visit("", 1);
  return found;
}

/**
 * Whether a folder is one table: its name has a table's ending, or it holds partitions such as `year=2020` or parts such
 * as `000000`.
 */
async function isTableFolder(folder: string): Promise<boolean> {
  if (/\.parquet$/i.test(folder)) return true;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) =>
    entry.isDirectory()
      ? /^[^=.]+=/.test(entry.name)
      : /^part-\d{5}\b/.test(entry.name) || /^\d{5,}$/.test(entry.name),
  );
}

/** Text files that are not tables. */
function isNote(name: string): boolean {
  return /^(read.?me|licen[cs]e|notes?|changelog|citation|requirements)\b.*\.txt$/i.test(basename(name));
}
