import { readFileSync } from "node:fs";

/** The lines of one of the package's data files, without comments. */
export function dataLines(name: string): readonly string[] {
  const text = readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("#"));
}
