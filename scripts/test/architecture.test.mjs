import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tops = readdirSync(root);
const packages = readdirSync(join(root, "packages"));

/** What stands in backquotes outside of blocks of code. */
function codeOf(page) {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/```.*?```/gs, "");
  return Array.from(text.matchAll(/`([^`\n]+)`/g), ([, code]) => code);
}

/** Words of a text that are paths from the top of the repository or from `packages/`, without their wildcards. */
function pathsIn(code) {
  return code
    .split(/\s+/)
    .filter((word) => /^\.?\w[\w.@*-]*(\/[\w.@*-]+)+\/?$/.test(word))
    .map((word) => word.replace(/\/?[^/]*\*.*$/, ""))
    .filter((path) => tops.includes(path.split("/")[0]) || packages.includes(path.split("/")[0]));
}

describe("paths that are named in", () => {
  for (const [page, least] of [
    ["docs/architecture.md", 100],
    ["CONTRIBUTING.md", 5],
  ]) {
    it(page, () => {
      const paths = codeOf(page).flatMap(pathsIn);
      assert.ok(paths.length >= least, `only ${paths.length} paths were found`);
      const missing = paths.filter(
        (path) => !existsSync(join(root, path)) && !existsSync(join(root, "packages", path)),
      );
      assert.deepEqual(missing, []);
    });
  }
});

describe("names of files in docs/architecture.md", () => {
  it("have their folders with them, or are named before", () => {
    const codes = codeOf("docs/architecture.md");
    const files = codes.filter((code) => /^[\w-]+\.(ts|mjs)$/.test(code));
    const named = codes.flatMap(pathsIn);
    const nowhere = files.filter((file) => {
      const rooms = named.filter((path) => !/\.\w+$/.test(path));
      return (
        !named.some((path) => path.endsWith(`/${file}`)) &&
        !rooms.some((room) => existsSync(join(root, "packages", room, file)))
      );
    });
    assert.deepEqual(nowhere, []);
  });
});

describe("the table of projections in docs/crs.md", () => {
  it("has every projection that is understood, by its PROJ name and its title", async () => {
    const { projectionMethods } = await import("../../packages/crs/dist/projections/registry.js");
    const rows = readFileSync(join(root, "docs/crs.md"), "utf8").matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm);
    const listed = Object.fromEntries(Array.from(rows, ([, name, title]) => [name, title]));
    const known = Object.fromEntries(
      Object.entries(projectionMethods).map(([name, { title }]) => [name, title]),
    );
    assert.deepEqual(listed, known);
  });
});
