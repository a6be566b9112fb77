import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { addedCode, addedCodes } from "./added.js";
import type { CodeEntry } from "./code-entry.js";

/** The lists of the package, the smaller first. The other holds 14 MB: it is searched as text, never parsed whole. */
const lists = ["pe_list_geogcs.json", "pe_list_projcs.json"];

const found = new Map<number, CodeEntry | undefined>();

/** The entry with this number, from either authority. */
export function findCode(code: number): CodeEntry | undefined {
  if (!found.has(code)) found.set(code, addedCode(code) ?? search(code));
  return found.get(code);
}

/** Every known code as `EPSG:n` or `ESRI:n`: for the message about one that isn't. */
export function allCodes(): string[] {
  const listed = lists.flatMap((list) => {
    const text = readFileSync(pathOf(list), "utf8");
    const entries = text.matchAll(/"wkid":\s*(\d+)[^]*?"authority":\s*"(\w+)"/g);
    return Array.from(entries, ([, code, authority]) => `${authority!.toUpperCase()}:${code}`);
  });
  return [...listed, ...addedCodes()];
}

/** The datums of all geographic systems: name, semi-major axis in metres, inverse flattening. */
export function listedDatums(): { readonly name: string; readonly a: number; readonly rf: number }[] {
  const text = readFileSync(pathOf(lists[0]!), "utf8");
  const datums = text.matchAll(/DATUM\[\\"([^"]*)\\",SPHEROID\[\\"[^"]*\\",([\d.]+),([\d.]+)\]/g);
  return Array.from(datums, ([, name, a, rf]) => ({ name: name!, a: Number(a), rf: Number(rf) }));
}

function search(code: number): CodeEntry | undefined {
  for (const list of lists) {
    const text = entryText(pathOf(list), `{ "wkid": ${code},`);
    if (text !== undefined) return JSON.parse(text) as CodeEntry;
  }
  return undefined;
}

const blockSize = 1 << 18;
/** Several times the size of the longest entry. */
const entrySize = 1 << 14;

/** The text of the entry of a list that begins with `start`; undefined when there is none. */
function entryText(path: string, start: string): string | undefined {
  const file = openSync(path, "r");
  try {
    const block = Buffer.alloc(blockSize);
    for (let offset = 0; ; offset += blockSize - start.length) {
      const length = readSync(file, block, 0, blockSize, offset);
      const position = block.subarray(0, length).indexOf(start);
      if (position >= 0)
        return cutEntry(block.toString("utf8", 0, readSync(file, block, 0, entrySize, offset + position)));
      if (length < blockSize) return undefined;
    }
  } finally {
    closeSync(file);
  }
}

/** The first entry of a text that goes on to the next one or to the end of the list. */
function cutEntry(text: string): string {
  const next = text.indexOf('{ "wkid":', 1);
  return (next < 0 ? text.replace(/\]\s*\}\s*$/, "") : text.slice(0, next)).trim().replace(/,$/, "");
}

function pathOf(list: string): string {
  return createRequire(import.meta.url).resolve(`@esri/proj-codes/${list}`);
}
