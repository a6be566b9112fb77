import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesOfFolder } from "../../src/files/folder.js";
import { naturalOrder } from "../../src/files/natural-order.js";
import { filesOfPattern, matchesPattern } from "../../src/files/pattern.js";

describe("the natural order", () => {
  it("counts digits as numbers and keeps folders together", () => {
    const sorted = [
      "a/1",
      "a/2",
      "a/10",
      "a1/b",
      "part-2.csv",
      "part-02.csv",
      "part-10.csv",
      "year=2020",
      "Z",
      "é",
    ];
    expect(sorted.toReversed().sort(naturalOrder)).toEqual([
      "Z",
      "a/1",
      "a/2",
      "a/10",
      "a1/b",
      "part-02.csv",
      "part-2.csv",
      "part-10.csv",
      "year=2020",
      "é",
    ]);
  });

  it("is an order of any names: the result does not depend on where they began", () => {
    const name = fc.stringMatching(/^[ab0-9./-]{1,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(), (names, seed) => {
        const turned = names.map((_, index) => names[(index + seed) % names.length]!);
        expect(turned.sort(naturalOrder)).toEqual([...names].sort(naturalOrder));
      }),
    );
  });
});

describe("files by a folder or a pattern", () => {
  let folder: string;
  const files = [
    "year=2020/data_0.parquet",
    "year=2020/data_10.parquet",
    "year=2020/data_2.parquet",
    "year=2021/month=1/a.csv",
    "copy [1]/a.csv",
    "_SUCCESS",
    ".hidden/a.csv",
    "year=2020/.data_0.parquet.crc",
  ];
  const within = (paths: readonly string[]): string[] => paths.map((path) => relative(folder, path));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quadrat-files-"));
    for (const file of files) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), "");
    }
    await symlink(join(folder, "year=2020/data_2.parquet"), join(folder, "year=2020/link.parquet"));
    await symlink(folder, join(folder, "year=2020/loop"));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it("come from a folder without marks, hidden files and links that lead back", async () => {
    expect(within(await filesOfFolder(folder))).toEqual([
      "copy [1]/a.csv",
      "year=2020/data_0.parquet",
      "year=2020/data_2.parquet",
      "year=2020/data_10.parquet",
      "year=2020/link.parquet",
      "year=2021/month=1/a.csv",
    ]);
  });

  it.each([
    [
      "*/*.parquet",
      [
        "year=2020/data_0.parquet",
        "year=2020/data_2.parquet",
        "year=2020/data_10.parquet",
        "year=2020/link.parquet",
      ],
    ],
    ["**/*.csv", ["copy [1]/a.csv", "year=2021/month=1/a.csv"]],
    ["year=202[1-9]/**", ["year=2021/month=1/a.csv"]],
    ["year=202[!1]/data_?.parquet", ["year=2020/data_0.parquet", "year=2020/data_2.parquet"]],
    ["copy [1]/*", ["copy [1]/a.csv"]],
    ["copy?[[]1]/*", ["copy [1]/a.csv"]],
    ["[z-a]", []],
    ["nothing/*", []],
    ["*", ["_SUCCESS"]],
  ])("come from %s", async (pattern, expected) => {
    const found = await filesOfPattern(join(folder, pattern));
    expect(within(found)).toEqual(expected);
    for (const path of found) expect(matchesPattern(join(folder, pattern), path)).toBe(true);
    expect(matchesPattern(join(folder, pattern), join(folder, "other.tif"))).toBe(pattern === "*");
  });
});
