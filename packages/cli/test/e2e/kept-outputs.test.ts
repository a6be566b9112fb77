import { createHash } from "node:crypto";
import { appendFile, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { writeByteTiff } from "./support/byte-tiff.js";
import { inFolder } from "./support/quadrat.js";

const config = {
  grid: { crs: "EPSG:4326", resolution: 10, bounds: [-180, -90, 180, 90] },
  datasets: {
    v: { path: "v.tif", crs: "EPSG:4326", resample: "near" },
    w: { path: "w.tif", crs: "EPSG:4326", resample: "near", fill: 0 },
    n: { path: "n.csv" },
    twice: { sql: "SELECT cell, 2 * value AS value FROM n" },
  },
  export: { formats: ["csv", "parquet"], directory: "out" },
};

const plugin = `
export default { name: "mine", stages: [{ name: "look", at: { position: "after", stage: "merge" },
  create: () => ({ name: "look", async run() { return { rows: 0 }; } }) }] };
`;

async function study(folder: string): Promise<void> {
  for (const [name, step] of [
    ["v", 1],
    ["w", 3],
  ] as const) {
    await writeByteTiff(join(folder, `${name}.tif`), {
      width: 36,
      height: 18,
      value: (col, row) => (step * col + row) % 250,
    });
    await writeFile(join(folder, `${name}.tfw`), "10\n0\n0\n-10\n-175\n85\n");
  }
  await writeFile(join(folder, "n.csv"), "decimalLongitude,decimalLatitude\n15,15\n25,25\n");
  await writeFile(join(folder, "mine.mjs"), plugin);
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
}

function inStudy(work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await study(folder);
    await work(folder);
  });
}

interface Run {
  readonly rows: number;
  readonly files: readonly { path: string; sha256: string; rows: number; bytes: number }[];
}

async function run(folder: string, ...more: readonly string[]): Promise<Run & { readonly kept: string[] }> {
  const file = join(folder, "config.yml");
  const { code, stdout, stderr } = await command("run", "--config", file, "--json", ...more);
  expect(stderr).not.toMatch(/error/iu);
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as Run;
  for (const { path, sha256 } of found.files) expect(await hash(path), path).toBe(sha256);
  const kept = [...stderr.matchAll(/export (\w+): .* is up to date/gu)].map(([, format]) => format!);
  return { ...found, kept };
}

async function hash(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** What `plan` says of the outputs, by the ending of their names. */
async function planned(folder: string, ...more: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await command("plan", "--config", join(folder, "config.yml"), "--json", ...more);
  const { work } = JSON.parse(stdout) as {
    work: { outputs: { path: string; action: string; reason: string }[] };
  };
  return Object.fromEntries(
    work.outputs.map(({ path, action, reason }) => [path.split(".").at(-1)!, `${action}: ${reason}`]),
  );
}

/** Changes after which outputs are made anew: which, and what `plan` says about the first of them. */
const changes: Record<
  string,
  {
    readonly make?: (at: (name: string) => string) => Promise<unknown>;
    readonly settings?: readonly string[];
    readonly written?: readonly string[];
    readonly why: string;
    readonly sameBytes?: true;
  }
> = {
  "an input changed": {
    make: (at) => appendFile(at("n.csv"), "35,35\n"),
    why: "of n there is something to do",
  },
  "an output removed": {
    make: (at) => rm(at("out/merged.csv")),
    written: ["csv"],
    why: "it was removed",
    sameBytes: true,
  },
  "an output changed, of the same size and time of modification": {
    make: async (at) => {
      const path = at("out/merged.csv");
      const { atime, mtime, size } = await stat(path);
      await writeFile(path, "x".repeat(size));
      await utimes(path, atime, mtime);
    },
    written: ["csv"],
    why: "something else has changed the file",
    sameBytes: true,
  },
  "another value in place of NULL": {
    settings: ["--set", "datasets.w.fill=1", "--set", "datasets.n.fill=5"],
    why: "what it is made from has changed",
  },
  "another join": { settings: ["--set", "merge.join=inner"], why: "what it is made from has changed" },
  "columns of cells": { settings: ["--set", "cells=[row]"], why: "what it is made from has changed" },
  "the order of columns": {
    make: async (at) => {
      const { v, ...others } = config.datasets;
      await writeFile(at("config.yml"), JSON.stringify({ ...config, datasets: { ...others, v } }));
    },
    why: "what it is made from has changed",
  },
  "an option of an exporter": {
    settings: ["--set", "export.formats=[csv, {use: parquet, compression: snappy}]"],
    written: ["parquet"],
    why: "nothing that it is made from has changed",
  },
  "a stage of a plugin": {
    settings: ["--set", "plugins=[./mine.mjs]"],
    why: 'stage "look" of mine may change what it is made from',
    sameBytes: true,
  },
};

describe("outputs of an earlier run", () => {
  for (const streaming of ["true", "false"])
    it(`are kept if nothing has changed, with enable_streaming ${streaming}`, () =>
      inStudy(async (folder) => {
        const settings = ["--set", `merge.enable_streaming=${streaming}`];
        const { kept: none, ...first } = await run(folder, ...settings);
        expect(none).toEqual([]);
        const metadata = await readFile(join(folder, "out/merged.metadata.json"), "utf8");
        const before = await stat(first.files[0]!.path, { bigint: true });
        expect(await planned(folder)).toEqual({
          csv: "keep: nothing that it is made from has changed",
          parquet: "keep: nothing that it is made from has changed",
        });
        const { kept, ...second } = await run(folder, ...settings);
        expect(kept).toEqual(["csv", "parquet"]);
        expect([second.rows, second.files]).toEqual([first.rows, first.files]);
        expect(await stat(first.files[0]!.path, { bigint: true })).toMatchObject({ ctimeNs: before.ctimeNs });
        expect(await readFile(join(folder, "out/merged.metadata.json"), "utf8")).toBe(metadata);
      }));

  it("are made anew if what the store was made of is to be forgotten", () =>
    inStudy(async (folder) => {
      await run(folder);
      expect((await run(folder, "--fresh")).kept).toEqual([]);
    }));

  for (const [what, { make, settings = [], written = ["csv", "parquet"], why, sameBytes }] of Object.entries(
    changes,
  ))
    it(`are made anew after ${what}`, () =>
      inStudy(async (folder) => {
        const first = await run(folder);
        await make?.((name) => join(folder, name));
        const plan = await planned(folder, ...settings);
        expect(plan["csv"]!.split(": ")[1]).toBe(why);
        const { kept, ...second } = await run(folder, ...settings);
        expect(["csv", "parquet"].filter((format) => !kept.includes(format))).toEqual(written);
        expect(Object.values(plan).map((text) => text.split(":")[0])).toEqual(
          ["csv", "parquet"].map((format) => (written.includes(format) ? "write" : "keep")),
        );
        const hashes = (files: Run["files"]): string[] => files.map(({ sha256 }) => sha256);
        if (sameBytes) expect(hashes(second.files)).toEqual(hashes(first.files));
        else {
          expect(hashes(second.files)).not.toEqual(hashes(first.files));
          expect(hashes((await run(folder, ...settings, "--fresh")).files)).toEqual(hashes(second.files));
        }
      }));
});
