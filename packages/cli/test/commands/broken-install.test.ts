import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const own = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

/** The command by itself, without the packages that it needs. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-broken-"));
  for (const part of ["bin", "dist", "package.json"])
    await cp(join(own, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, "node_modules"));
  const commander = dirname(createRequire(import.meta.url).resolve("commander"));
  await symlink(commander, join(folder, "node_modules/commander"), "junction");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("tells what to do where a part of it can't be loaded, and ends", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "bin/quadrat.js"), "plugins"], {
    encoding: "utf8",
    timeout: 30_000,
  });
  expect(stderr).toContain("can't be loaded: reinstall Quadrat");
  expect(stderr).not.toContain("    at ");
  expect(status).toBe(1);
});
