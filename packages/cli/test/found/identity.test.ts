import { copyFile, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byPlace, readCsv } from "../e2e/support/quadrat.js";
import { missing, runFolder, withFound } from "./support.js";

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
      const metadata = JSON.parse(await readFile(join(folder, "output/default/merged.metadata.json"), "utf8")) as {
        columns: { name: string; sha256?: string }[];
      };
      // sha256sum 2020.csv
      expect(metadata.columns[2]!.sha256).toBe("acd9f6481e1fe706763b57ccc82ffec575554e51913d2ae8965f36de9651c513");
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
