import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkTemporaryFolder, makeTemporaryFolder } from "../../src/system/temporary.js";

const before = process.env["TMPDIR"];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-temporary-"));
  process.env["TMPDIR"] = folder;
});
afterEach(async () => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  await rm(folder, { recursive: true, force: true });
});

/** The number of a process that is no longer there. */
const gone = spawnSync(process.execPath, ["-e", ""]).pid;

it.skipIf(process.platform === "win32")(
  "removes the folders of processes that are gone, and no others",
  async () => {
    const mine = await makeTemporaryFolder();
    const name = basename(mine.path);
    const dead = join(folder, name.replace(`-${process.pid}-`, `-${gone}-`));
    const elsewhere = join(folder, name.replace(/^quadrat-\w{8}-\d+/, `quadrat-00000000-${gone}`));
    for (const path of [dead, elsewhere, join(folder, "quadrat-other")]) await mkdir(path);
    await writeFile(join(dead, "duckdb_temp_storage-0.tmp"), "x");
    const next = await makeTemporaryFolder();
    expect([dead, elsewhere, mine.path, join(folder, "quadrat-other")].map(existsSync)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    await mine.remove();
    await next.remove();
    expect(existsSync(next.path)).toBe(false);
  },
);

it.skipIf(process.platform === "win32")("says what is wrong with the folder", async () => {
  await checkTemporaryFolder();
  process.env["TMPDIR"] = join(folder, "none");
  await expect(makeTemporaryFolder()).rejects.toMatchObject({
    kind: "system",
    hint: expect.stringContaining("TMPDIR") as string,
  });
  await expect(checkTemporaryFolder()).rejects.toThrow("it does not exist");
  await writeFile(join(folder, "file"), "");
  process.env["TMPDIR"] = join(folder, "file");
  await expect(makeTemporaryFolder()).rejects.toThrow("it is not a folder");
});
