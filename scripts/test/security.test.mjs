import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { faultsOf, runtimeDependencies } from "../runtime-dependencies.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("what users install", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

  it("has no install scripts, licences of the list only, and is from the npm registry", () => {
    assert.deepEqual(faultsOf(lock), []);
  });

  it("is found in the lock file", () => {
    const paths = runtimeDependencies(lock).map(([path]) => path);
    assert.ok(paths.includes("node_modules/@duckdb/node-api"));
    assert.ok(paths.includes("packages/core"));
    assert.ok(!paths.includes("node_modules/typescript"));
  });

  const made = (facts) =>
    faultsOf({ packages: { "": {}, "node_modules/one": { license: "MIT", ...facts } } });

  it("is refused with an install script, an optional package too, but not for development", () => {
    assert.deepEqual(made({}), []);
    assert.deepEqual(made({ hasInstallScript: true }), ["node_modules/one has an install script"]);
    assert.deepEqual(made({ hasInstallScript: true, optional: true }).length, 1);
    assert.deepEqual(made({ hasInstallScript: true, devOptional: true }).length, 1);
    assert.deepEqual(made({ hasInstallScript: true, dev: true }), []);
  });

  it("is refused with any other licence, or none", () => {
    for (const license of ["MIT AND BSD-3-Clause", "GPL-3.0-only OR MIT", "(MIT OR GPL-3.0-only)"])
      assert.deepEqual(made({ license }), [], license);
    for (const license of [undefined, "", "GPL-3.0-only", "MIT AND GPL-3.0-only", "SEE LICENSE IN LICENSE"])
      assert.equal(made({ license }).length, 1, license);
  });

  it("is refused from another place", () => {
    assert.deepEqual(made({ resolved: "https://registry.npmjs.org/one/-/one-1.0.0.tgz" }), []);
    assert.equal(made({ resolved: "git+ssh://git@example.org/one.git" }).length, 1);
  });
});

describe("the sources", () => {
  const files = readdirSync(join(root, "packages")).flatMap((name) =>
    sourcesIn(join(root, "packages", name, "src")),
  );

  it("import nothing that opens connections or starts programs", () => {
    assert.ok(files.length > 300);
    assert.deepEqual(
      files.flatMap((file) =>
        reachingOut(readFileSync(file, "utf8")).map((what) => `${relative(root, file)}: ${what}`),
      ),
      [],
    );
  });

  it("are searched for all of that", () => {
    const text =
      'import { get } from "node:https";\nimport net = require("net");\nconst run = await import("node:child_process");\nfetch("https://example.org");';
    assert.deepEqual(reachingOut(text), ["node:https", "net", "node:child_process", "fetch"]);
    assert.deepEqual(
      reachingOut('import { open } from "node:fs/promises";\nthis.fetch("a"); let fetched = prefetch("b");'),
      [],
    );
  });

  it("open DuckDB without extensions", () => {
    const opening = files.filter((file) => readFileSync(file, "utf8").includes("DuckDBInstance.create("));
    const without = opening.filter((file) => {
      const text = readFileSync(file, "utf8");
      return ["autoinstall", "autoload"].some((what) => !text.includes(`${what}_known_extensions: "false"`));
    });
    assert.ok(opening.length > 2);
    // These two ask only whether a file can be locked: SECURITY.md names the case.
    assert.deepEqual(without.map((file) => relative(root, file)).sort(), [
      "packages/core/src/store/open-error.ts",
      "packages/core/src/store/remove-store.ts",
    ]);
  });
});

function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

const outside = new Set("child_process cluster dgram dns http http2 https net tls undici ws".split(" "));

function reachingOut(text) {
  const modules = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  const globals = [...text.matchAll(/(?<![.\w#])(fetch|WebSocket|EventSource|XMLHttpRequest)\(\s*["'`\w]/g)];
  return [
    ...modules.filter((name) => outside.has(name.replace(/^node:/, "").split("/")[0])),
    ...globals.map(([, name]) => name),
  ];
}
