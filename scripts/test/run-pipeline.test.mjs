import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const echo = `#!/usr/bin/env node
console.log(JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(2) }));
`;
const build = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
const source = readFileSync("packages/cli/src/index.ts", "utf8");
if (source.includes("broken")) throw new Error("this source does not compile");
mkdirSync("packages/cli/dist", { recursive: true });
writeFileSync("packages/cli/dist/index.js", source);
`;

/** A workspace of one package without dependencies, which npm installs in a moment, in a path with spaces. */
describe("run_pipeline.sh", () => {
  let folder, root, script;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "quadrat run "));
    root = join(folder, "a check out");
    script = join(root, "run_pipeline.sh");
    for (const part of ["run_pipeline.sh", "scripts/setup", "scripts/ensure-built.mjs"]) {
      cpSync(join(repository, part), join(root, part), { recursive: true });
    }
    const version = "0.0.0";
    write("package.json", {
      name: "r",
      version,
      workspaces: ["packages/cli"],
      scripts: { build: "node build.mjs" },
    });
    write("packages/cli/package.json", { name: "c", version, bin: { quadrat: "bin/quadrat.js" } });
    write("packages/cli/tsconfig.json", {});
    write("tsconfig.base.json", {});
    write("packages/cli/bin/quadrat.js", echo);
    write("packages/cli/src/index.ts", "export {};\n");
    write("build.mjs", build);
    execFileSync("npm", ["install", "--package-lock-only", "--offline"], { cwd: root, stdio: "ignore" });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("installs and builds the first time, and keeps stdout for the command", () => {
    const { status, stdout, stderr } = run(["--experiment", "quick start"]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout).args, [
      "run",
      "--config",
      join(root, "config.yml"),
      "--experiment",
      "quick start",
    ]);
    assert.match(
      stderr,
      /^Installing .*\nInstalling .* done in \d+ s\nBuilding \.\.\.\nBuilding: done in \d+ s\n$/,
    );
  });

  it("does neither the second time", () => {
    assert.equal(run(["--experiment", "quickstart"]).stderr, "");
  });

  it("leaves a configuration that is given alone, and the working directory too", () => {
    for (const given of [["--config", "own file.yml"], ["--config=own file.yml"]]) {
      const { stdout } = run([...given, "--set", "grid.resolution=1"], { cwd: folder });
      assert.deepEqual(JSON.parse(stdout), {
        cwd: folder,
        args: ["run", ...given, "--set", "grid.resolution=1"],
      });
    }
  });

  it("finds its own place through symbolic links", () => {
    const link = join(folder, "link to it");
    symlinkSync(join("a check out", "run_pipeline.sh"), link);
    const { stdout, stderr } = run([], { command: link, cwd: "/" });
    assert.deepEqual(JSON.parse(stdout).args, ["run", "--config", join(root, "config.yml")], stderr);
  });

  it("builds again, and does not install, after a source has changed", () => {
    write("packages/cli/src/index.ts", "export const changed = true;\n");
    assert.match(run([]).stderr, /^Building \.\.\.\nBuilding: done/);
    assert.equal(run([]).stderr, "");
  });

  it("shows what npm says when the build fails, and does not run", () => {
    write("packages/cli/src/index.ts", "broken");
    const { status, stdout, stderr } = run([]);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /this source does not compile/);
    assert.match(stderr, /Quadrat could not be set up: 'npm run build' failed \(exit code 1\)/);
    write("packages/cli/src/index.ts", "export {};\n");
    assert.equal(run([]).status, 0);
  });

  it("installs again when the lock file asks for something else", () => {
    write("packages/cli/package.json", { name: "c", version: "0.0.1", bin: { quadrat: "bin/quadrat.js" } });
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    lock.packages["packages/cli"].version = "0.0.1";
    write("package-lock.json", lock);
    assert.match(run([]).stderr, /^Installing/);
    assert.equal(run([]).stderr, "");
  });

  it("takes npm's own record for it when somebody else installed", () => {
    execFileSync("npm", ["ci", "--offline"], { cwd: root, stdio: "ignore" });
    assert.match(run([]).stderr, /^Building/);
  });

  it("sets up once when two start together", async () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    const said = await Promise.all([start(), start()]);
    assert.equal(said.join("").match(/Installing .*: done/g).length, 1, said.join("---\n"));
    assert.equal(said.join("").match(/Building: done/g).length, 1, said.join("---\n"));
  });

  it("is not held up by a process that died while setting up", () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    const dead = spawnSync(process.execPath, [
      "-p",
      "JSON.stringify({host: os.hostname(), pid: process.pid})",
    ]);
    write(".quadrat-setup/owner.json", dead.stdout.toString());
    assert.match(run([]).stderr, /Installing .*: done/);
  });

  it("says what is missing when there is no Node", () => {
    const { status, stderr } = run([], { env: { PATH: pathOf({}) } });
    assert.equal(status, 1);
    assert.match(stderr, /Node\.js was not found\. Install version 20\.19 or newer/);
  });

  it("refuses an old Node by its number", () => {
    for (const [version, refused] of Object.entries({
      "18.20.4": true,
      "20.18.3": true,
      "20.19.0": false,
      "22.0.0": false,
    })) {
      const pretend = `#!/bin/sh
case "$1" in
  --version) echo v${version} ;;
  -e) '${process.execPath}' -e "Object.defineProperty(process.versions, 'node', {value: '${version}'}); $2" ;;
  *) '${process.execPath}' "$@" ;;
esac
`;
      const { status, stderr } = run([], { env: { PATH: pathOf({ node: pretend }) } });
      assert.equal(status, refused ? 1 : 0, stderr);
      if (refused)
        assert.match(stderr, new RegExp(`20\\.19 or newer is needed; this is v${version} \\(.*node\\)`));
    }
  });

  it("explains itself without Node", () => {
    const { status, stdout } = run(["--help"], { env: { PATH: pathOf({}) } });
    assert.equal(status, 0);
    assert.match(stdout, /--experiment NAME/);
  });

  function write(path, content) {
    const file = join(root, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }

  function run(args, { command = script, cwd = folder, env = process.env } = {}) {
    return spawnSync(command, args, { cwd, env, encoding: "utf8" });
  }

  function start() {
    return new Promise((resolve) => {
      let said = "";
      const child = spawn(script, [], { cwd: folder });
      child.stderr.on("data", (data) => (said += data));
      child.on("close", () => resolve(said));
    });
  }

  /** A PATH with the handful of system tools that the script uses and the programs given. */
  function pathOf(programs) {
    const bin = mkdtempSync(join(folder, "bin "));
    for (const tool of ["sh", "cat", "dirname", "readlink"]) {
      symlinkSync(
        execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim(),
        join(bin, tool),
      );
    }
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(bin, name), text);
      chmodSync(join(bin, name), 0o755);
    }
    return bin;
  }
});
