import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { nearest, QuadratError, type DatasetConfig, type StageParts } from "@quadrat/core";
import { isAddress } from "@quadrat/core/base";
import { filesOfNamedPattern, isNamedPattern, provides, type NamedFile } from "@quadrat/core/host";

/** Whether a raster's path stands for several files. A file may really have brackets in its name. */
export async function isSeveral(path: string): Promise<boolean> {
  return !isAddress(path) && isNamedPattern(path) && (await stat(path).catch(() => undefined)) === undefined;
}

/**
 * The files of a pattern in natural order.
 * @throws QuadratError if there are none
 */
export async function filesOf({ path }: DatasetConfig, parts: StageParts): Promise<readonly NamedFile[]> {
  const files = await filesOfNamedPattern(path, (name) => isRasterFolder(name, parts));
  if (files.length > 0) return files;
  throw new QuadratError("input", `no file matches ${path}`, {
    hint: await nearPattern(path),
    place: { file: path, key: "path" },
  });
}

/** Whether a folder is a raster in itself, as those of Zarr. */
function isRasterFolder(name: string, parts: StageParts): boolean {
  const definition = parts.sourceFor(name, "raster")?.definition;
  return definition !== undefined && definition.collections === true && provides(definition, "raster");
}

/** What is there in place of what was meant. */
async function nearPattern(pattern: string): Promise<string> {
  let folder = dirname(pattern);
  while (isNamedPattern(folder)) folder = dirname(folder);
  const entries = await readdir(folder).catch(() => undefined);
  if (!entries) return `there is no folder ${folder}; paths are relative to the configuration file`;
  const ending = extname(pattern).toLowerCase();
  const alike = entries.filter((name) => name.toLowerCase().endsWith(ending));
  const near = nearest(basename(pattern), alike);
  if (near !== undefined) return `did you mean ${near}? paths are relative to the configuration file`;
  const shown = alike.slice(0, 5).join(", ");
  return alike.length === 0
    ? `${folder} has no file that ends in ${ending || "this"}`
    : `${folder} has ${shown}${alike.length > 5 ? ` and ${alike.length - 5} more` : ""}`;
}
