import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, describe, it } from "node:test";
import { describeModules, publicModules, repository } from "../api/describe.mjs";

const folder = mkdtempSync(join(tmpdir(), "quadrat-api-"));
after(() => rmSync(folder, { recursive: true }));

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("the public API", () => {
  const modules = publicModules();
  const texts = describeModules(modules);
  for (const [index, { module, snapshot }] of modules.entries()) {
    it(`of ${module} is that of ${relative(repository, snapshot)}; \`npm run api\` writes it anew`, () => {
      assert.equal(texts[index], readFileSync(snapshot, "utf8"));
    });
  }

  it("is told by names and signatures, with what they refer to, and without comments", () => {
    write(
      "one/dist/index.d.ts",
      `/** Told to users. */\nexport { twice } from "./twice.js";\nexport declare const most: 3;\n`,
    );
    write("one/dist/named.d.ts", `export type { Hidden } from "./twice.js";\n`);
    write(
      "one/dist/twice.d.ts",
      "export interface Hidden {\n  /** much */\n  times: number;\n}\nexport declare function twice(value: Hidden): Hidden;\nexport interface Unused {}\n",
    );
    const types = join(folder, "one/dist/index.d.ts");
    const [text] = describeModules([{ module: "one", types }]);
    assert.equal(
      text,
      `one

most
    export declare const most: 3;

twice
    export declare function twice(value: Hidden): Hidden;

without a public name

(Hidden)
    export interface Hidden {
        times: number;
    }
`,
    );
    const [beside] = describeModules([
      { module: "one", types },
      { module: "one/twice", types: join(folder, "one/dist/named.d.ts") },
    ]);
    assert.doesNotMatch(beside, /without a public name/);
  });
});

describe("a change of the public API", () => {
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.org", ...args], {
      cwd: join(folder, "repository"),
      stdio: "pipe",
    });
  const check = () => {
    const script = join(repository, "scripts/check-changeset.mjs");
    return spawnSync(process.execPath, [script, "main"], {
      cwd: join(folder, "repository"),
      encoding: "utf8",
    });
  };

  it("needs a changeset", () => {
    write("repository/packages/core/api/index.api.txt", "before\n");
    write("repository/.changeset/README.md", "about changesets\n");
    git("init", "--quiet", "--initial-branch=main");
    git("add", ".");
    git("commit", "--quiet", "-m", "before");
    git("switch", "--quiet", "-c", "change");
    assert.equal(check().status, 0);
    write("repository/packages/core/api/index.api.txt", "after\n");
    write("repository/.changeset/README.md", "more about changesets\n");
    const refused = check();
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /no changeset tells of it: packages\/core\/api\/index.api.txt/);
    write("repository/.changeset/told.md", "told\n");
    assert.equal(check().status, 0);
    git("add", ".");
    git("commit", "--quiet", "-m", "after");
    assert.equal(check().status, 0);
    rmSync(join(folder, "repository/.changeset/told.md"));
    assert.equal(check().status, 1);
  });
});
