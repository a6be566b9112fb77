import type { InputFile } from "@quadrat/core/host";
import { describe, expect, it } from "vitest";
import { changeOf, contentOf, hashInputs, unchangedInputs } from "../../src/staging/inputs.js";

const file = (path: string, state: string, more: Partial<InputFile> = {}): InputFile => ({
  path,
  state,
  bytes: 3,
  settled: true,
  ...more,
});
const never = (path: string): Promise<string> => Promise.reject(new Error(`${path} was hashed`));

describe("inputs of what was staged before", () => {
  const then = [file("/a.tif", "1", { sha256: "aa" }), file("/a.tfw", "2", { sha256: "bb" })];

  it("are not read where their state tells that they are the same", async () => {
    const now = [file("/a.tif", "1"), file("/a.tfw", "2")];
    expect(await unchangedInputs(then, now, never)).toEqual(then);
  });

  it("are read where the state differs, and only those", async () => {
    const now = [file("/a.tif", "1"), file("/a.tfw", "3")];
    const read: string[] = [];
    const hash = (content: string) => (path: string) => {
      read.push(path);
      return Promise.resolve(content);
    };
    expect(await unchangedInputs(then, now, hash("bb"))).toEqual([then[0], { ...then[1], state: "3" }]);
    expect(await unchangedInputs(then, now, hash("cc"))).toBeUndefined();
    expect(read).toEqual(["/a.tfw", "/a.tfw"]);
  });

  it("are read where they had not settled, though the state is the same", async () => {
    const unsettled = then.map((one) => ({ ...one, settled: false }));
    const now = [file("/a.tif", "1"), file("/a.tfw", "2")];
    await expect(unchangedInputs(unsettled, now, never)).rejects.toThrow("/a.tif was hashed");
    expect(
      await unchangedInputs(unsettled, now, (path) => Promise.resolve(path === "/a.tif" ? "aa" : "xx")),
    ).toBe(undefined);
  });

  it("have changed where a file comes, goes, or has another name", async () => {
    const [tif, tfw] = then as [InputFile, InputFile];
    for (const now of [[tif], [tif, tfw, file("/a.tif.msk", "4")], [tif, { ...tfw, path: "/a.wld" }], []]) {
      expect(await unchangedInputs(then, now, never)).toBeUndefined();
    }
  });

  it("have changed where what was staged in part was of another state whose content nobody knows", async () => {
    expect(await unchangedInputs([file("/a.tif", "1")], [file("/a.tif", "2")], never)).toBeUndefined();
    expect(await unchangedInputs([file("/a.tif", "1")], [file("/a.tif", "1")], never)).toHaveLength(1);
  });
});

describe("inputs that were read", () => {
  const after = (...files: InputFile[]) => ({ now: () => Promise.resolve(files) });
  const refused = (name: string) => `${name} was changed while it was being read`;

  it("are as they were, and not read again unless they had not settled", async () => {
    const before = [file("/a", "1")];
    expect(await changeOf({ before, ...after(file("/a", "1")) }, never)).toBeUndefined();
    const unsettled = {
      before: [file("/a", "1", { settled: false, sha256: "aa" })],
      ...after(file("/a", "1")),
    };
    expect(await changeOf(unsettled, () => Promise.resolve("aa"))).toBeUndefined();
    expect(await changeOf(unsettled, () => Promise.resolve("bb"))).toMatchObject({ message: refused("/a") });
  });

  it.each([
    ["another state", [file("/a", "2")], "/a"],
    ["one that has gone", [], "/a"],
    ["one that has come", [file("/a", "1"), file("/a.msk", "1")], "/a.msk"],
  ])("are refused by name: %s", async (_what, files, name) => {
    expect(await changeOf({ before: [file("/a", "1")], ...after(...files) }, never)).toMatchObject({
      kind: "input",
      message: refused(name),
      place: { file: name },
    });
  });
});

describe("what the metadata tell of inputs", () => {
  const hashed = [file("/d/a.tif", "1", { sha256: "aa" }), file("/d/a.tfw", "2", { sha256: "bb", bytes: 5 })];

  it("is the content of the file at the path, and of the side files that were used", async () => {
    expect(contentOf("/d/a.tif", hashed, ["/d/a.tif"])).toEqual({ sha256: "aa", bytes: 3 });
    const sideFiles = [{ path: "/d/a.tfw", bytes: 5, sha256: "bb" }];
    expect(contentOf("/d/a.tif", hashed, undefined)).toEqual({ sha256: "aa", bytes: 3, sideFiles });
    expect(await hashInputs([file("/x", "1")], () => Promise.resolve("cc"), new Map())).toEqual([
      file("/x", "1", { sha256: "cc" }),
    ]);
  });

  it("is read once of a file for all inputs made from it, and again if it has changed", async () => {
    const read: string[] = [];
    const hash = (path: string) => Promise.resolve(`${path} ${read.push(path)}`);
    const known = new Map<string, Promise<string>>();
    const of = async (...files: ReturnType<typeof file>[]) =>
      (await hashInputs(files, hash, known)).map(({ sha256 }) => sha256);
    expect(await of(file("/x", "1"), file("/y", "1"))).toEqual(["/x 1", "/y 2"]);
    expect(await of(file("/x", "1"))).toEqual(["/x 1"]);
    expect(await of(file("/x", "2"), file("/y", "1", { sha256: "aa" }))).toEqual(["/x 3", "aa"]);
    expect(read).toEqual(["/x", "/y", "/x"]);
  });

  it("is, of a folder, the hash of what sha256sum would print of its files in it", () => {
    // printf 'aa  d/a.tif\nbb  d/a.tfw\n' | sha256sum
    const { sha256, bytes, sideFiles } = contentOf("/d", hashed, undefined);
    expect(sha256).toBe("91bf49bc1f05692af2920a675510e4f4dfc5e3970799ebdd090d3050297b3958");
    expect([bytes, sideFiles?.length]).toEqual([8, 2]);
  });
});
