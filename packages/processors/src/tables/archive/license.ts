import { SaxesParser } from "saxes";
import { listZip, readSmallEntry } from "./zip.js";

/** The maximum size of a description of a dataset in EML. */
const mostBytes = 1 << 22;

/** Longer texts are cut. */
const mostCharacters = 1000;

/**
 * The licence that a Darwin Core Archive states in the description beside its table, in the Ecological Metadata Language: the name or
 * the address of `licensed`, else the text of `intellectualRights`. Undefined for other files, and if it states none.
 */
export async function licenseOfArchive(path: string): Promise<string | undefined> {
  if (!/\.zip$/i.test(path)) return undefined;
  const entries = await listZip(path);
  const described = entries.find(({ name }) => /^([^/]+\/)?(eml|metadata)\.xml$/i.test(name));
  const bytes = described && (await readSmallEntry(described, mostBytes));
  return bytes && licenseInEml(bytes.toString("utf8"));
}

/** Of XML that is not well-formed what comes before the fault counts. */
export function licenseInEml(xml: string): string | undefined {
  const parser = new SaxesParser();
  const path: string[] = [];
  const found = { rights: "", links: [] as string[], names: [] as string[] };
  let own = "";
  parser.on("opentag", ({ name, attributes }) => {
    path.push(name.replace(/^.*:/, ""));
    own = "";
    if (path.includes("intellectualRights") && attributes["url"] !== undefined)
      found.links.push(attributes["url"]);
  });
  parser.on("text", (text) => {
    own += text;
    if (path.includes("intellectualRights")) found.rights += text;
  });
  parser.on("closetag", () => {
    const name = path.pop();
    const isLicense = path.at(-1) === "licensed";
    if (isLicense && (name === "licenseName" || name === "url") && own.trim() !== "")
      found.names.push(own.trim());
  });
  parser.on("error", () => undefined);
  parser.write(xml.replace(/^\ufeff/, "")).close();
  const rights = found.rights.replaceAll(/\s+/g, " ").trim();
  const stated =
    found.names.length > 0
      ? [...new Set(found.names)]
      : [rights, ...found.links.filter((link) => !rights.includes(link))];
  const text = stated.filter((part) => part !== "").join(", ");
  if (text === "") return undefined;
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
