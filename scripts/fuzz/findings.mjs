import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Inputs that once did harm, kept so that they never do again. */
export const regressions = fileURLToPath(new URL("regressions", import.meta.url));

/** Writes a case, with what was wrong, into a file of a few kilobytes; its path. */
export function keep({ reader, found, args, files }, folder = regressions) {
  mkdirSync(folder, { recursive: true });
  const contents = Object.entries(files).map(([name, content]) => [
    name,
    Buffer.from(content).toString("base64"),
  ]);
  const one = { reader, found, args, files: Object.fromEntries(contents) };
  const hash = createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 8);
  const path = join(folder, `${reader}-${hash}.json`);
  writeFileSync(path, `${JSON.stringify(one, null, 2)}\n`);
  return path;
}

/** The cases in a folder, with the names of their files. */
export function kept(folder = regressions) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const { files, ...rest } = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const contents = Object.entries(files).map(([file, text]) => [file, Buffer.from(text, "base64")]);
      return { name, ...rest, files: Object.fromEntries(contents) };
    });
}
