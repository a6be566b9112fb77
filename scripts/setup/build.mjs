import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npm } from "./quiet.mjs";
import { inTurn } from "./turn.mjs";

/** Runs `npm run build` unless what is in dist was built from the very sources that are here. */
export function ensureBuilt(root) {
  if (isBuilt(root)) return;
  inTurn(root, () => {
    if (isBuilt(root)) return;
    const sources = digestOfSources(root);
    npm(root, ["run", "build"], "Building");
    const stamp = stampOf(root);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, sources);
  });
}

export function isBuilt(root) {
  const stamp = stampOf(root);
  return (
    existsSync(stamp) &&
    workspaces(root).every((folder) => results(folder).every((file) => existsSync(file))) &&
    readFileSync(stamp, "utf8") === digestOfSources(root)
  );
}

/** What a build leaves at least; of AssemblyScript, too. */
function results(folder) {
  const compiled = existsSync(join(folder, "assembly")) ? [join(folder, "wasm", "kernels.wasm")] : [];
  return [join(folder, "dist", "index.js"), ...compiled];
}

function stampOf(root) {
  return join(root, "node_modules", ".cache", "quadrat", "built");
}

function workspaces(root) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).workspaces.map((folder) =>
    join(root, folder),
  );
}

/** Of contents, not times: a fresh checkout or a copied folder has times of its own. */
function digestOfSources(root) {
  const hash = createHash("sha256");
  const files = [
    join(root, "package.json"),
    join(root, "package-lock.json"),
    join(root, "tsconfig.base.json"),
  ];
  for (const folder of workspaces(root)) {
    const settings = ["package.json", "tsconfig.json", "asconfig.json"].map((name) => join(folder, name));
    const sources = ["src", "assembly", "scripts"].map((name) => join(folder, name));
    files.push(...settings.filter(existsSync), ...sources.filter(existsSync).flatMap(filesUnder));
  }
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function filesUnder(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}
