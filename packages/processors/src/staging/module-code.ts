import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { sha256Of } from "@quadrat/core/base";

/** The relative paths in a module: what it imports, and files that it locates relative to itself. */
const relativeNames =
  /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\(|\bnew\s+URL\s*\()\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** Code larger than this, in bytes, is not searched for imports. */
const mostBytes = 4 * 2 ** 20;

/** A hash of a module's code and of everything that it refers to by relative paths, at any depth. */
export async function hashOfCode(module: URL): Promise<string> {
  const hash = createHash("sha256");
  const found = new Set([module.href]);
  for (const href of found) {
    const url = new URL(href);
    const facts = await stat(url).catch(() => undefined);
    if (!facts?.isFile()) continue;
    hash.update(`${await sha256Of(url)}\n`);
    if (facts.size > mostBytes) continue;
    for (const [, name] of (await readFile(url, "utf8")).matchAll(relativeNames)) {
      found.add(new URL(name!, url).href);
    }
  }
  return hash.digest("hex");
}
