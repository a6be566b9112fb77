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

  it("has no install scripts, licences of the list only, and no address of its own", () => {
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
    assert.equal(made({ resolved: "git+ssh://git@example.org/one.git" }).length, 1);
  });
});

describe("the sources", () => {
  const files = readdirSync(join(root, "packages")).flatMap((name) =>
    sourcesIn(join(root, "packages", name, "src")),
  );

  it("import nothing that opens connections or starts programs, but for addresses, reports, pages of runs and their tests", () => {
    assert.ok(files.length > 300);
    assert.deepEqual(
      files.flatMap((file) =>
        reachingOut(readFileSync(file, "utf8")).map(
          (what) => `${relative(root, file).replaceAll("\\", "/")}: ${what}`,
        ),
      ),
      [
        "packages/cli/src/html-report/open.ts: node:child_process",
        // Serves on 127.0.0.1, and the page that it serves asks it alone.
        "packages/cli/src/watch/server.ts: node:http",
        "packages/cli/src/watch/server.ts: node:net",
        "packages/cli/src/html-report/browser/watch.ts: fetch",
        "packages/core/src/remote/request.ts: node:http",
        "packages/core/src/remote/request.ts: node:https",
        // For tests of what reads addresses.
        "packages/core/src/testing/range-server.ts: node:http",
        "packages/core/src/testing/range-server.ts: node:net",
      ],
    );
  });

  it("open connections for GeoTIFF at addresses alone, without sending more than the range", () => {
    const importers = (module) =>
      files
        .filter((file) =>
          ts
            .preProcessFile(readFileSync(file, "utf8"))
            .importedFiles.some(({ fileName }) => fileName.endsWith(`/${module}.js`)),
        )
        .map((file) => relative(root, file).replaceAll("\\", "/"))
        .sort();
    const remote = "packages/core/src/remote";
    assert.deepEqual(importers("request"), [`${remote}/open-remote.ts`, `${remote}/ranges.ts`]);
    assert.deepEqual(importers("open-remote"), [
      "packages/core/src/files/random-access-file.ts",
      "packages/core/src/inputs/remote-input.ts",
      `${remote}/for-config.ts`,
      `${remote}/thread-link.ts`,
    ]);
    const request = readFileSync(join(root, `${remote}/request.ts`), "utf8");
    assert.equal(request.match(/\.request\(|\.get\(/g).length, 1);
    assert.match(
      request,
      /const headers = \{\n +Range: [^]*?"Accept-Encoding": "identity",\n +"User-Agent": "quadrat",\n +\};/,
    );
    assert.ok(!/process\.env|Authorization|Cookie/i.test(request.replaceAll(/\/\*\*[^]*?\*\//g, "")));
  });

  it("open a report by the system's own opener, in one place, without a shell", () => {
    const opener = "packages/cli/src/html-report/open.ts";
    const text = readFileSync(join(root, opener), "utf8");
    assert.deepEqual(
      [...text.matchAll(/\["([\w.-]+)", file\]/g)].map(([, program]) => program),
      ["open", "explorer.exe", "xdg-open"],
    );
    assert.equal(text.match(/\bspawn\(/g).length, 1);
    assert.ok(!/shell|exec\w*\(/.test(text.replaceAll(/\/\*\*[^]*?\*\//g, "")));
    const callers = files.filter((file) => /openInBrowser\(/.test(readFileSync(file, "utf8")));
    assert.deepEqual(callers.map((file) => relative(root, file).replaceAll("\\", "/")).sort(), [
      "packages/cli/src/commands/report.ts",
      "packages/cli/src/commands/watch.ts",
      opener,
    ]);
    const command = readFileSync(join(root, "packages/cli/src/commands/report.ts"), "utf8");
    assert.match(command, /if \(options\.open\) await openInBrowser\(file\);/);
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
    assert.ok(opening.length > 2);
    const without = opening.filter((file) => !readFileSync(file, "utf8").includes("...noExtensions"));
    assert.deepEqual(without, []);
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
