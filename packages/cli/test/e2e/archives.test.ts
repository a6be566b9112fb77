import { existsSync } from "node:fs";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byPlace, command, inFolder, readCsv, shared } from "./support/quadrat.js";

const cases = join(shared, "cases-pts");
const names = ["f1-dwca-tab", "f2-dwca-pipe-latin1", "f2-2-dwca-two-header-lines", "f3-dwca-event"];

describe.skipIf(!existsSync(cases))("archives", () => {
  it.each(names)("%s", async (name) => {
    await inFolder(async (folder) => {
      await cp(join(cases, name), folder, { recursive: true });
      const { code, stderr } = await command(["run", "--set", "export.directory=out"], { cwd: folder });
      expect(code, stderr).toBe(0);
      const merged = byPlace(await readCsv(join(folder, "out/merged.csv")));
      const expected = byPlace(await readCsv(join(folder, "expected.csv")));
      expect([...merged.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [place, row] of expected)
        expect(merged.get(place)).toMatchObject({ n: row["n"], rich: row["rich"] });
      const left = (await readdir(join(folder, "out"))).sort();
      expect(left).toEqual(["merged.csv", "merged.metadata.json", "quadrat.duckdb"]);
      expect(await readFile(join(folder, "archive.zip"))).toEqual(
        await readFile(join(cases, name, "archive.zip")),
      );
    });
  });
});
