// Runs what depends on the version of Node under each that is supported: the quickstart, whose bytes have to be those that
// this Node writes, and the tests of equal bytes and of what is tuned to one version. Needs the npm registry.
//   node scripts/node-versions.mjs [VERSION...]      22, 24 and 26 unless told
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("..", import.meta.url));
const tests = {
  cli: ["test/e2e/same-bytes.test.ts"],
  geotiff: ["test/inflate.test.ts"],
};

const versions = process.argv.length > 2 ? process.argv.slice(2) : ["22", "24", "26"];
// The packages of npm that bring a binary are named after platforms.
const platform = { linux: "linux", darwin: "darwin" }[process.platform];
if (!platform || !["x64", "arm64"].includes(process.arch)) {
  console.log(`skipped: npm has no package of Node for ${process.platform} on ${process.arch}`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "quadrat-nodes-"));
try {
  const expected = quickstart(process.execPath);
  console.log(`Node ${process.versions.node}: ${expected}`);
  for (const version of versions) check(version, expected);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function check(version, expected) {
  const node = install(version);
  const found = quickstart(node);
  const exact = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  console.log(`Node ${exact.slice(1)}: ${found}`);
  if (found !== expected) throw new Error(`Node ${exact} writes other bytes than Node ${process.version}`);
  for (const [name, files] of Object.entries(tests)) {
    const cwd = join(repository, "packages", name);
    run(node, [join(repository, "node_modules/vitest/vitest.mjs"), "run", ...files], cwd);
  }
}

/** The path of a Node of this major version. */
function install(version) {
  const home = join(folder, version);
  const name = `node-${platform}-${process.arch}`;
  const options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", home];
  execFileSync("npm", ["install", ...options, `${name}@${version}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(home, "node_modules", name, "bin/node");
}

/** One SHA-256 of the quickstart's outputs. */
function quickstart(node) {
  const output = mkdtempSync(join(folder, "output-"));
  const command = join(repository, "packages/cli/bin/quadrat.js");
  const args = ["run", "--experiment", "quickstart", "--set", `export.directory=${output}`];
  // The first line of the command has flags of V8 that this Node may not know any more.
  if (startsByFirstLine()) run(node, args, repository, command);
  else run(node, [command, ...args], repository);
  const hash = createHash("sha256");
  for (const file of readdirSync(output).sort()) {
    if (file.startsWith("merged.")) hash.update(file).update(readFileSync(join(output, file)));
  }
  return hash.digest("hex");
}

/** Whether `env` takes a first line of several words, which older ones do not. */
function startsByFirstLine() {
  return spawnSync("env", ["-S", "true"], { stdio: "ignore" }).status === 0;
}

/** Runs a program, which is this Node unless told, with this Node first in the path. */
function run(node, args, cwd, program = node) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env["PATH"]}` };
  try {
    execFileSync(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    writeFileSync(2, `${error.stdout}\n${error.stderr}\n`);
    throw new Error(`${program} ${args.join(" ")} failed with ${node}`, { cause: error });
  }
}
