import { appendFile, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findInputFiles, isSameFile, type InputFile } from "../../src/host.js";

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-inputs-"));
  await writeFile(at("a"), "one");
  await utimes(at("a"), 1e9, 1e9);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const find = async (...names: string[]): Promise<readonly InputFile[]> =>
  (await findInputFiles(() => names.map(at))).before;

/** As if the clock had gone on. */
function later(seconds: number): void {
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now + 1000 * seconds);
}

describe("the files of an input", () => {
  it("are those that are there and can be read", async () => {
    const { before, now } = await findInputFiles(() => [at("a"), at("a.aux.xml"), folder, at("a/b")]);
    expect(before.map(({ path, bytes }) => [path, bytes])).toEqual([[at("a"), 3]]);
    await writeFile(at("a.aux.xml"), "<x/>");
    expect((await now()).map(({ path }) => path)).toEqual([at("a"), at("a.aux.xml")]);
  });

  it("are hashed when they were written to just before, however old their time is, and not later", async () => {
    const [fresh] = await find("a");
    expect(fresh).toMatchObject({
      settled: false,
      sha256: createHash("sha256").update("one").digest("hex"),
    });
    later(10);
    const [old] = await find("a");
    expect(old).toMatchObject({ settled: true, state: fresh!.state });
    expect(old).not.toHaveProperty("sha256");
  });

  it("have not settled when their times lie ahead by a clock that goes wrong", async () => {
    later(-3600);
    expect(await find("a")).toMatchObject([{ settled: false }]);
  });

  it("are the same only if nothing of their state differs and they had settled", async () => {
    later(10);
    const [then] = await find("a");
    const same = async (): Promise<boolean> => isSameFile(then!, (await find("a"))[0]!);
    expect(await same()).toBe(true);
    expect(isSameFile({ ...then!, settled: false }, then!)).toBe(false);

    const changes: Record<string, () => Promise<unknown>> = {
      "another content of the same size, its time put back": async () => {
        await writeFile(at("a"), "two");
        await utimes(at("a"), 1e9, 1e9);
      },
      "a file of the same size and time put in its place": async () => {
        await writeFile(at("b"), "one");
        await utimes(at("b"), 1e9, 1e9);
        await rename(at("b"), at("a"));
      },
      "a link to another": async () => {
        await rename(at("a"), at("c"));
        await symlink("c", at("a"));
      },
      "more of it": () => appendFile(at("a"), "!"),
    };
    for (const [what, change] of Object.entries(changes)) {
      const [before] = await find("a");
      // Longer than a tick of the file system's clock.
      await wait(30);
      await change();
      const [after] = await find("a");
      expect({ what, same: isSameFile(before!, after!) }).toEqual({ what, same: false });
    }
  });
});
