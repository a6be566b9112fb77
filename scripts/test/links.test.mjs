import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  ".",
  "docs",
  "examples/quickstart",
  "examples/plugin-ascii-grid-source",
  "examples/plugin-geojson-exporter",
].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

describe("links between the pages", () => {
  for (const page of pages) {
    it(page, () => {
      const text = readFileSync(join(root, page), "utf8").replaceAll(/```.*?```/gs, "");
      const missing = [...text.matchAll(/\]\(([^)#\s]+)(#[^)\s]*)?\)/g)]
        .map(([, target]) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)));
      assert.deepEqual(missing, []);
    });
  }
});
