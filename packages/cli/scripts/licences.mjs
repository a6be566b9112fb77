import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** The licences and notices of the packages in `node_modules` that these modules are from. */
export function licences(modules) {
  const folders = new Set(modules.filter((id) => id.includes(`${sep}node_modules${sep}`)).map(folderOf));
  const texts = [...folders].map(licenceOf).sort();
  return `The files beside this one contain code of these packages.\n\n${texts.join("\n")}`;
}

/** The folder of a module's package: the nearest whose manifest has a name and a version. */
function folderOf(module) {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
    if (name !== undefined && version !== undefined) return folder;
  }
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying|copyright)/i.test(file));
  if (files.length === 0) throw new Error(`${name} has no licence beside its package.json`);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  return [`${"=".repeat(80)}\n${name} ${version} (${license})`, ...texts, ""].join("\n\n");
}
