import { copyFile, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byPlace, command, filesIn, readCsv } from "../e2e/support/quadrat.js";
import { agreeWith, missing, runFolder, withFound } from "./support.js";

async function cells(folder: string): Promise<Map<string, Readonly<Record<string, string>>>> {
  const report = await runFolder(folder);
  return byPlace(await readCsv(report.files[0]!.path));
}

describe.skipIf(missing)("results of files that have changed since", () => {
  it("17: a link to another table of the same size and time", async () => {
    await withFound("17-stale-same-mtime", async (folder) => {
      for (const year of ["2019", "2020"]) await utimes(join(folder, `${year}.csv`), 1e9, 1e9);
      const link = join(folder, "current.csv");
      await symlink("2019.csv", link);
      const first = await cells(folder);
      expect([...first.values()]).toEqual([{ x: "15", y: "45", n: "2" }]);
      await rm(link);
      await symlink("2020.csv", link);
      const second = await cells(folder);
      expect([...second.values()]).toEqual([
        { x: "75", y: "45", n: "1" },
        { x: "85", y: "45", n: "1" },
      ]);
      const metadata = JSON.parse(
        await readFile(join(folder, "output/default/merged.metadata.json"), "utf8"),
      ) as {
        columns: { name: string; sha256?: string }[];
      };
      // sha256sum 2020.csv
      expect(metadata.columns[2]!.sha256).toBe(
        "acd9f6481e1fe706763b57ccc82ffec575554e51913d2ae8965f36de9651c513",
      );
    });
  });

  it("18: a world file that was corrected", async () => {
    await withFound("18-stale-worldfile", async (folder) => {
      await copyFile(join(folder, "plain.tfw.orig"), join(folder, "plain.tfw"));
      expect((await cells(folder)).size).toBeLessThan(648);
      await writeFile(join(folder, "plain.tfw"), "10\n0\n0\n-10\n-175\n85\n");
      const corrected = await cells(folder);
      expect(corrected.size).toBe(648);
      expect([...corrected.values()].every(({ v }) => v !== "")).toBe(true);
      expect(corrected.get("-175.000000 85.000000")).toMatchObject({ v: "0" });
    });
  });
});

describe.skipIf(missing)("guards before a run", () => {
  it("r33: more disk than is free is refused in seconds, and nothing is left behind", async () => {
    await withFound("r33-resolution-in-the-wrong-unit", async (folder) => {
      const before = await filesIn(folder);
      const run = (...args: string[]) => command(["run", "--config", "config.yml", ...args], { cwd: folder });
      const world = await run();
      expect([world.code, world.stderr]).toEqual([2, expect.stringContaining("more than 2^53")]);
      const bounds = ["--set", "grid.bounds=[500000, 6000000, 1400000, 6100000]"];
      const country = await run(...bounds);
      expect(country.code).toBe(1);
      expect(country.stderr).toMatch(
        /error: the run is expected to need \d+ TB, but only [\d.]+ [GT]B are free: the store/,
      );
      expect(country.stderr).toContain("the grid has 9.00e+12 cells");
      expect(await filesIn(folder)).toEqual(before);
      const plan = await command(["plan", "--config", "config.yml", ...bounds], { cwd: folder });
      expect([plan.code, plan.stderr]).toEqual([
        0,
        expect.stringContaining("warning: the run is expected to need"),
      ]);
    });
  });

  it("r45: a colour table without a type is a warning, and the numbers are the means", async () => {
    await withFound("r45-colour-table-without-type", async (folder) => {
      const report = await runFolder(folder);
      await agreeWith(report, join(folder, "expected.csv"), ["cover"], 1e-9);
      const validate = (...set: string[]) =>
        command(["validate", "--config", "config.yml", ...set.flatMap((one) => ["--set", one])], {
          cwd: folder,
        });
      expect((await validate()).stderr).toBe(
        "warning: cover: the file has a colour table, so its values may be classes, which `average` would blend: " +
          "set `type: categorical`, or `type: continuous` if they are quantities\n",
      );
      for (const set of [
        "datasets.cover.type=continuous",
        "datasets.cover.type=categorical",
        "datasets.cover.resample=near",
      ])
        expect((await validate(set)).stderr).toBe("");
    });
  });
});
