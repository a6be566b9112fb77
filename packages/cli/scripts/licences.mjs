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
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying|copyright)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (texts.length === 0) texts.push(standardText(name, license, author));
  return [`${"=".repeat(80)}\n${name} ${version} (${license})`, ...texts, ""].join("\n\n");
}

/** The text that a package's manifest refers to, for one that was published without it. */
function standardText(name, license, author) {
  if (license !== "ISC" || !author) throw new Error(`${name} has no licence beside its package.json`);
  return `Copyright (c) ${author.name ?? author}\n\n${isc}`;
}

const isc = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided
that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT,
NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`;

/** The same licences in fewer words: packages whose licences differ in the holder alone share the text. */
export function notices(modules) {
  const folders = new Set(modules.filter((id) => id.includes(`${sep}node_modules${sep}`)).map(folderOf));
  const holders = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const lines = licenceOf(folder).split("\n").slice(3);
    const isHolder = (line) => /^(copyright|\(c\))/i.test(line.trim());
    const text = lines
      .filter((line) => !isHolder(line))
      .join(" ")
      .replaceAll(/\s+/g, " ")
      .trim();
    const holder = `${name} ${version}: ${lines.filter(isHolder).join(" ").trim()}`;
    holders.set(text, [...(holders.get(text) ?? []), holder]);
  }
  return [...holders].map(([text, names]) => `${names.join("\n")}\n\n${text}`).join("\n\n");
}
