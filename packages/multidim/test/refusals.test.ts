import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isQuadratError } from "@quadrat/core/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileOf, isStack, refusal, rowsOf } from "./helpers.js";
import { openArrays } from "../src/index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-arrays-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("what is refused by name", () => {
  it.each([
    ["groups.nc", {}, /several variables: .*tas\(time, level, lat, lon\)/],
    ["groups.nc", { variable: "tass" }, /has no variable tass: there are part, tas, \/forecast\/tas/],
    ["groups.nc", { variable: "words" }, /words is text/],
    ["groups.nc", { variable: "level" }, /one dimension/],
    ["groups.nc", { variable: "tas" }, /3 values along level: 0.5, 100, 500 m/],
    [
      "groups.nc",
      { variable: "tas", select: { level: 3 } },
      /position 3 is outside of level, which has 3 values/,
    ],
    [
      "groups.nc",
      { variable: "tas", select: { level: { value: 7 } } },
      /level has no value 7: 0.5, 100, 500 m/,
    ],
    ["groups.nc", { variable: "tas", select: { levle: 0 } }, /no dimension levle/],
    ["groups.nc", { variable: "tas", select: { level: 0, lat: 0 } }, /lat is an axis of the raster/],
    ["projected.nc", { variable: "persp" }, /vertical_perspective is not supported/],
    ["absent.nc", {}, /does not exist/],
    ["../expected.json", {}, /in another format, not NetCDF or HDF5/],
    ["..", {}, /is not a Zarr store: it has neither zarr.json/],
  ])("%s with %j", async (name, options, message) => {
    const error = await refusal(name, options);
    expect(isQuadratError(error) && error.kind).toBe("input");
    expect(error.message).toMatch(message);
  });

  it("a value may choose", async () => {
    const opened = await openArrays({
      path: fileOf("groups.nc"),
      variable: "tas",
      select: { level: { value: 100 } },
      scaled: true,
    });
    expect(isStack(opened) && opened.layers).toHaveLength(6);
    await opened.close();
  });
});

describe("files that were cut short", () => {
  it.each(["classic.nc3", "groups.nc", "latest.h5", "old.h5"])(
    "%s: an error, never other values",
    async (name) => {
      const bytes = await readFile(fileOf(name));
      const path = join(folder, name);
      for (const share of [0.02, 0.3, 0.6, 0.9, 0.99]) {
        await writeFile(path, bytes);
        await truncate(path, Math.floor(bytes.length * share));
        const options = {
          path,
          variable: name === "old.h5" ? "/group_7/d" : name === "latest.h5" ? "fixed" : "tas",
          scaled: true,
        };
        const select = name === "groups.nc" ? { level: 0 } : {};
        const error: unknown = await openArrays({ ...options, select }).then(
          async (opened) => {
            await opened.close();
            return undefined;
          },
          (error: unknown) => error,
        );
        expect(isQuadratError(error) && error.kind, String(share)).toBe("input");
      }
    },
  );
});

describe("attributes with another number of numbers than they have by CF", () => {
  it.each([
    ["valid_range", [100], /valid_range of plain\(.*\) has 1 number instead of 2/],
    ["scale_factor", [0.1, 0.2], /scale_factor of plain\(.*\) has 2 numbers instead of 1/],
  ])("%s of %j is refused", async (name, numbers, message) => {
    const path = join(folder, `${name}.zarr`);
    await cp(fileOf("two.zarr"), path, { recursive: true });
    const file = join(path, "plain/.zattrs");
    const json = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...json, [name]: numbers }));
    await expect(openArrays({ path, variable: "plain", scaled: true })).rejects.toThrow(message);
  });
});

describe("sizes that do not fit", () => {
  it("a chunk of a Zarr store that is larger than any is refused before anything is allocated", async () => {
    const path = join(folder, "huge.zarr");
    await cp(fileOf("two.zarr"), path, { recursive: true });
    const file = join(path, "plain/.zarray");
    const json = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...json, chunks: [3, 2 ** 20, 2 ** 20] }));
    await expect(openArrays({ path, variable: "plain", scaled: true })).rejects.toThrow(
      /larger than 1073741824 bytes/,
    );
  });

  it("a codec that does not exist is named when the store is opened", async () => {
    const path = join(folder, "codec.zarr");
    await cp(fileOf("three.zarr"), path, { recursive: true });
    const file = join(path, "zstd/zarr.json");
    await writeFile(file, (await readFile(file, "utf8")).replace('"zstd"', '"snappy9"'));
    await expect(openArrays({ path, variable: "zstd", scaled: true })).rejects.toThrow(/codec snappy9/);
  });

  it("a damaged chunk is named when it is read", async () => {
    const path = join(folder, "damaged.zarr");
    await cp(fileOf("three.zarr"), path, { recursive: true });
    const file = join(path, "gzip/c/0/0/0");
    const bytes = await readFile(file);
    bytes[20]! ^= 1;
    await writeFile(file, bytes);
    const opened = await openArrays({ path, variable: "gzip", scaled: true });
    if (!isStack(opened)) throw new Error("not a stack");
    await expect(rowsOf(opened.layer(0))).rejects.toThrow(
      /chunk 0, 0, 0 of gzip\(time, lat, lon\) is damaged/,
    );
    await opened.close();
  });
});
