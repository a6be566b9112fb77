import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isQuadratError } from "../../src/index.js";
import { silent } from "../../src/host.js";
import {
  partialPath,
  prepareDirectory,
  removeLeftovers,
  writeWhole,
} from "../../src/pipeline/output-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-output-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("writeWhole", () => {
  it("gives the file its name when it is whole, and its size and SHA-256", async () => {
    const path = join(folder, "whole.txt");
    const facts = await writeWhole(
      path,
      async (temporary) => {
        await writeFile(temporary, "quadrat\n");
        expect(existsSync(path)).toBe(false);
      },
      silent,
    );
    expect(await readFile(path, "utf8")).toBe("quadrat\n");
    expect(facts).toEqual({ bytes: 8, sha256: createHash("sha256").update("quadrat\n").digest("hex") });
  });

  it("believes a writer's hash if the file has the size that was told, and reads the file if it has not", async () => {
    const path = join(folder, "told.txt");
    const sha256 = createHash("sha256").update("quadrat\n").digest("hex");
    const telling = (bytes: number) => async (temporary: string) => {
      await writeFile(temporary, "quadrat\n");
      return { bytes, sha256: "of the writer" };
    };
    expect(await writeWhole(path, telling(8), silent)).toEqual({ bytes: 8, sha256: "of the writer" });
    expect(await writeWhole(path, telling(7), silent)).toEqual({ bytes: 8, sha256 });
  });

  it("leaves the file that was there, and nothing partial, when writing fails", async () => {
    const path = join(folder, "kept.txt");
    await writeFile(path, "before");
    const failing = async (temporary: string): Promise<void> => {
      await writeFile(temporary, "half");
      throw new Error("no more");
    };
    await expect(writeWhole(path, failing, silent)).rejects.toThrow("no more");
    expect(await readFile(path, "utf8")).toBe("before");
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("names a file that can't be replaced, with the cause", async () => {
    const path = join(folder, "occupied");
    await mkdir(join(path, "by a folder"), { recursive: true });
    const error = await failure(writeWhole(path, (temporary) => writeFile(temporary, "x"), silent));
    expect(isQuadratError(error) && error.kind).toBe("output");
    expect((error as Error).message).toContain(path);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(existsSync(partialPath(path))).toBe(false);
  });
});

describe("prepareDirectory", () => {
  it("makes all folders on the way", async () => {
    await prepareDirectory(join(folder, "a/b/c"));
    await prepareDirectory(join(folder, "a/b/c"));
    expect(existsSync(join(folder, "a/b/c"))).toBe(true);
  });

  it.each([
    ["a file in the way", async () => join(await occupied(), "below")],
    ["a file instead", () => occupied()],
    ["a place that takes no folders", () => Promise.resolve("/proc/quadrat/output")],
  ])("refuses %s and ends", async (_, where) => {
    const directory = await where();
    const error = await failure(prepareDirectory(directory));
    expect(isQuadratError(error) && error.kind).toBe("output");
    expect((error as Error).message).toContain(directory);
  });

  it.skipIf(process.getuid?.() === 0)(
    "refuses a folder that can't be written (not as root, who may write anywhere)",
    async () => {
      const directory = join(folder, "locked");
      await mkdir(directory);
      await chmod(directory, 0o500);
      expect(isQuadratError(await failure(prepareDirectory(directory)))).toBe(true);
    },
  );
});

it("removes what a killed run has left, and nothing else", async () => {
  const directory = join(folder, "leftovers");
  await mkdir(directory);
  for (const name of [".merged.csv.partial", "merged.csv", "notes.partial"])
    await writeFile(join(directory, name), "");
  await removeLeftovers(directory, silent);
  expect((await readdir(directory)).sort()).toEqual(["merged.csv", "notes.partial"]);
});

async function occupied(): Promise<string> {
  const path = join(folder, "a file");
  await writeFile(path, "");
  return path;
}
