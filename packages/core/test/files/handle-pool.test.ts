import { readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openFile } from "../../src/files/random-access-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-pool-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Files of the folder that this process has open. */
function held(): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

it.skipIf(process.platform !== "linux")("keeps few of many files open, and reads all", async () => {
  const paths = Array.from({ length: 300 }, (_, index) => join(folder, `f${index}`));
  for (const [index, path] of paths.entries()) await writeFile(path, String(index).padStart(8, "0"));
  const files = await Promise.all(paths.map(openFile));
  for (let turn = 0; turn < 2; turn++) {
    const texts = [];
    for (const file of files) texts.push(Buffer.from(await file.read(0, 8)).toString());
    expect(texts.map(Number)).toEqual(paths.map((_, index) => index));
    expect(held()).toBeLessThanOrEqual(64);
  }
  await writeFile(paths[0]!, "replaced");
  await expect(files[0]!.read(0, 8)).rejects.toThrow("changed or replaced while it was being read");
  await Promise.all(files.map((file) => file.close()));
  expect(held()).toBe(0);
  await expect(files[1]!.read(0, 8)).rejects.toThrow();
});
