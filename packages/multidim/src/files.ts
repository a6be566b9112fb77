import { stat } from "node:fs/promises";
import { filesIn } from "./zarr/folder.js";

/** Paths of all files of an input: the file itself, or all that a Zarr store consists of. */
export async function filesOfArrays(path: string): Promise<string[]> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isDirectory() ? filesIn(path) : [path];
}
