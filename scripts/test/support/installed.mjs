import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));

const packages = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).workspaces;

/**
 * An empty folder outside the repository with Quadrat's packages and others in `node_modules`, as `npm pack` makes them and
 * `npm install` unpacks them. What they depend on is linked from the repository, so that no network is needed.
 * @param {readonly string[]} others folders of further packages, from the top of the repository
 */
export function installPacked(others) {
  const folder = mkdtempSync(join(tmpdir(), "quadrat-packed-"));
  const folders = [...packages, ...others].map((name) => join(repository, name));
  const packed = execFileSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder, ...folders],
    {
      cwd: repository,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  for (const { name, filename } of JSON.parse(packed)) {
    const target = join(folder, "node_modules", name);
    mkdirSync(target, { recursive: true });
    execFileSync("tar", [
      "-xzf",
      join(folder, filename.replace("@", "").replaceAll("/", "-")),
      "-C",
      target,
      "--strip-components=1",
    ]);
  }
  for (const from of folders) linkDependencies(from, folder);
  writeFileSync(join(folder, "package.json"), '{"name": "study", "private": true, "type": "module"}\n');
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    /** Runs the packed command in the folder. */
    quadrat: (...args) =>
      run(process.execPath, [join(folder, "node_modules/@quadrat/cli/bin/quadrat.js"), ...args], folder),
  };
}

function linkDependencies(from, folder) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    const target = join(folder, "node_modules", name);
    if (existsSync(target)) continue;
    const found = [from, repository]
      .map((at) => join(at, "node_modules", name))
      .find((path) => existsSync(path));
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(found, target, "junction");
  }
}

export function run(program, args, cwd) {
  const env = {
    ...process.env,
    FORCE_COLOR: undefined,
    NO_COLOR: "1",
    QUADRAT_CACHE_DIR: join(cwd, ".cache"),
  };
  // The test runner's own variable would make a runner that is started here speak another language.
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  return { status, stdout, stderr };
}
