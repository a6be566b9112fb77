import { datasetNameFault } from "@quadrat/core/host";

/**
 * A name for a file's dataset: the file's name without its endings, valid for a column and different from those
 * already taken.
 */
export function datasetName(path: string, taken: ReadonlySet<string>): string {
  const file = path.split("/").at(-1)!;
  const stem =
    file
      .replace(/[-_.]*(?:\{[A-Za-z]+\}[-_.]*)+/g, (found) => (found.endsWith(".") ? "." : "_"))
      .replace(/(\.[a-z]{1,8}){1,2}$/i, "") || file;
  const plain = stem
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
  const base = plain === "" ? "dataset" : datasetNameFault(plain) ? `d_${plain}` : plain;
  let name = base;
  for (let next = 2; taken.has(name); next++) name = `${base}_${next}`;
  return name;
}
