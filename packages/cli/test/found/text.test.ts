import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunReport } from "@quadrat/core/host";
import { command, readCsv } from "../e2e/support/quadrat.js";
import { missing, runFolder, withFound } from "./support.js";

/** The sums over all cells of the columns of a run. */
async function totals(report: RunReport): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const row of await readCsv(report.files.find((file) => file.format === "csv")!.path)) {
    for (const [column, value] of Object.entries(row)) {
      if (column === "x" || column === "y" || value === null) continue;
      sums[column] = (sums[column] ?? 0) + Number(value);
    }
  }
  return sums;
}

const config = (datasets: string): string =>
  `grid: {crs: EPSG:4326, resolution: 10, bounds: [-180, -90, 180, 90]}\ndatasets:\n${datasets}`;

describe.skipIf(missing)("found in text tables", () => {
  it.each([
    ["03-gbif-header-extra-tab", { occ: 6 }],
    ["04-gbif-quoted-locality", { n: 5, total: 10 }],
    ["04c-late-unbalanced", { n: 50_000 }],
    ["05-short-rows", { n: 5, s: 18 }],
    ["06-sep-line", { n: 2 }],
    ["07-comment-preamble", { n: 2 }],
  ])("%s", async (name, expected) => {
    await withFound(name, async (folder) => {
      expect(await totals(await runFolder(folder))).toEqual(expected);
    });
  });

  it("04c-late-unbalanced gives the same with any number of threads and little memory", async () => {
    await withFound("04c-late-unbalanced", async (folder) => {
      for (const args of [
        ["--set", "threads=1"],
        ["--set", "threads=2", "--set", "memory.limit=400MB"],
      ]) {
        expect(await totals(await runFolder(folder, [...args, "--fresh"]))).toEqual({ n: 50_000 });
      }
    });
  });

  it("07-comment-preamble with its options, or told what to skip", async () => {
    await withFound("07-comment-preamble", async (folder) => {
      for (const option of ['comment: "#"', "skip: 3"]) {
        await writeFile(join(folder, "config.yml"), config(`  n: {path: a.csv, ${option}}\n`));
        expect(await totals(await runFolder(folder))).toEqual({ n: 2 });
      }
      const table = await readFile(join(folder, "a.csv"), "utf8");
      await writeFile(join(folder, "a.csv"), table.replaceAll("#", "%"));
      await writeFile(join(folder, "config.yml"), config("  n: {path: a.csv}\n"));
      const { code, stderr } = await command(["validate"], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain("line 4 has them: add `skip: 3`");
    });
  });

  it.each(["padded.csv.gz", "comment.csv.gz", "twomembers.csv.gz"])("14-gzip-kinds: %s", async (file) => {
    await withFound("14-gzip-kinds", async (folder) => {
      await writeFile(join(folder, "config.yml"), config(`  n: {path: ${file}}\n`));
      expect(await totals(await runFolder(folder))).toEqual({ n: 2 });
    });
  });

  it.each([
    ["comma.csv", ""],
    ["csv.csv", ""],
    ["csv2.csv", ', decimal: ","'],
  ])("16-r-write-table: %s", async (file, options) => {
    await withFound("16-r-write-table", async (folder) => {
      const species = `  s: {path: ${file}${options}, measure: species, species: species}\n`;
      await writeFile(join(folder, "config.yml"), config(`  n: {path: ${file}${options}}\n${species}`));
      expect(await totals(await runFolder(folder))).toEqual({ n: 3, s: 3 });
    });
  });

  it("27-tsv-quoted-newline, with and without the line break", async () => {
    await withFound("27-tsv-quoted-newline", async (folder) => {
      const lines = (await readFile(join(folder, "pandas.tsv"), "utf8")).split("\n");
      const without = lines.filter((line) => !line.startsWith("2\t") && !line.startsWith("lines"));
      await writeFile(join(folder, "no-newline.tsv"), without.join("\n"));
      expect(await totals(await runFolder(folder))).toEqual({ tsv: 15, nonl: 13, csv: 15 });
    });
  });
});
