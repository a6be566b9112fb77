import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesOfNamedPattern, isNamedPattern, placeholdersOf } from "../../src/files/named-pattern.js";

let folder: string;
const files = [
  "tas_1991-02.tif",
  "tas_1991-10.tif",
  "tas_1991-1.tif",
  "tas_mean.tif",
  "bio_1.tif",
  "bio_2.tif",
  "bio_10.tif",
  "bio_3.tif.aux.xml",
  "a/bio.tif",
  "b/bio.tif",
  "b/c/bio.tif",
  "x_1_y_2.tif",
  "one.zarr/.zarray",
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-patterns-"));
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "");
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function found(pattern: string, folders?: (name: string) => boolean) {
  const all = await filesOfNamedPattern(join(folder, pattern), folders);
  return all.map(({ path, parts, digits }) => [relative(folder, path), ...parts, ...Object.values(digits)]);
}

describe("patterns with names", () => {
  it("tell what each wildcard stands for, in natural order", async () => {
    expect(await found("bio_*.tif")).toEqual([
      ["bio_1.tif", "1"],
      ["bio_2.tif", "2"],
      ["bio_10.tif", "10"],
    ]);
    expect(await found("bio_[0-9]*.tif")).toEqual(await found("bio_*.tif"));
    expect(await found("*/bio.tif")).toEqual([
      ["a/bio.tif", "a"],
      ["b/bio.tif", "b"],
    ]);
    expect(await found("**/bio.tif")).toEqual([
      ["a/bio.tif", "a"],
      ["b/bio.tif", "b"],
      ["b/c/bio.tif", "b/c"],
    ]);
    expect(await found("x_*_y_{n}.tif")).toEqual([["x_1_y_2.tif", "1", "2"]]);
  });

  it("take dates of so many digits alone", async () => {
    expect(await found("tas_{YYYY}-{MM}.tif")).toEqual([
      ["tas_1991-02.tif", "1991", "02"],
      ["tas_1991-10.tif", "1991", "10"],
    ]);
    expect(placeholdersOf("/a/{model}/tas_{YYYY}-{MM}.tif")).toEqual({
      dates: ["YYYY", "MM"],
      others: ["model"],
    });
  });

  it("take folders where they are asked to", async () => {
    expect(await found("*.zarr")).toEqual([]);
    expect(await found("*.zarr", (name) => name.endsWith(".zarr"))).toEqual([["one.zarr", "one"]]);
  });

  it("are told from paths", () => {
    expect(["a.tif", "a{}.tif", "a{b c}.tif"].map(isNamedPattern)).toEqual([false, false, false]);
    expect(["*.tif", "{a}.tif", "a?.tif"].map(isNamedPattern)).toEqual([true, true, true]);
  });
});
