import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openFile } from "../../src/files/random-access-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-now-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const built = new URL("../../dist/files/random-access-file.js", import.meta.url).href;

/** What a thread says that reads `[offset, offset + length)` of a file of which only so many bytes are left. */
async function inThread(path: string, offset: number, length: number, left?: number): Promise<string> {
  const code = `
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(built)}).then(async ({ openFile }) => {
      const file = await openFile(${JSON.stringify(path)});
      const before = file.readNow(Buffer.alloc(4), 0, 4).toString();
      if (${left ?? -1} >= 0) require("node:fs").truncateSync(${JSON.stringify(path)}, ${left ?? 0});
      let said;
      try {
        said = file.readNow(Buffer.alloc(20), ${offset}, ${length}).toString();
      } catch (error) {
        said = error.kind + ": " + error.message;
      }
      await file.close();
      parentPort.postMessage(before + " " + said + " " + file.readNow(Buffer.alloc(4), 0, 4));
    });`;
  const worker = new Worker(code, { eval: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  } finally {
    await worker.terminate();
  }
}

it("reads at once in threads, and not at all from a file that is closed", async () => {
  const path = join(folder, "bytes");
  await writeFile(path, "0123456789abcdef");
  expect(await inThread(path, 6, 7)).toBe("0123 6789abc undefined");
  expect(await inThread(path, 10, 7)).toMatch(/input: 7 bytes at offset 10 are outside the file of 16 bytes/);
  expect(await inThread(path, 2, 10, 8)).toMatch(/input: the file became shorter while it was being read/);
});

it("does not hold up the main thread", async () => {
  const path = join(folder, "more");
  await writeFile(path, "0123");
  const file = await openFile(path);
  expect("readNow" in file).toBe(false);
  await file.close();
});
