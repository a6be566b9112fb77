import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byPlace, command, compare, filesIn, inFolder, readCsv, shared } from "./support/quadrat.js";

const cases = join(shared, "cases-nc");

interface CaseRun {
  readonly config: string;
  readonly expect: "values" | "refused";
  readonly expected?: string;
  readonly tolerance?: { readonly rtol: number; readonly atol: number };
  readonly says?: readonly string[];
}

const names = existsSync(cases) ? readdirSync(cases).filter((name) => /^(tf|nc|zr)\d/.test(name)) : [];
const runs = names.flatMap((name) => {
  if (!existsSync(join(cases, name))) return [];
  const text = readFileSync(join(cases, name, "case.json"), "utf8");
  return (JSON.parse(text) as { runs: CaseRun[] }).runs.map((run) => ({ name, ...run }));
});

const header = async (path: string): Promise<string> => (await readFile(path, "utf8")).split(/\r?\n/, 1)[0]!;

async function checkValues(
  folder: string,
  { name, expected, tolerance }: (typeof runs)[number],
): Promise<void> {
  const wanted = join(cases, name, expected!);
  const got = join(folder, "out/merged.csv");
  expect(await header(got)).toBe(await header(wanted));
  const [ours, theirs] = [byPlace(await readCsv(got)), byPlace(await readCsv(wanted))];
  expect([...ours.keys()]).toEqual([...theirs.keys()]);
  const { rtol, atol } = tolerance!;
  for (const column of (await header(wanted)).split(",").slice(2)) {
    const { nullity, beyond, compared } = compare(
      ours,
      column,
      theirs,
      column,
      (value) => atol + rtol * Math.abs(value),
    );
    expect({ column, nullity, beyond }).toEqual({ column, nullity: 0, beyond: 0 });
    expect(compared).toBeGreaterThan(0);
  }
}

describe.skipIf(!existsSync(cases))("cases of layers and time", () => {
  it.each(runs)("$name $config: $expect", { timeout: 60_000 }, async (run) => {
    await inFolder(async (folder) => {
      await cp(join(cases, run.name), folder, { recursive: true });
      const args = ["--config", run.config];
      const set = ["--set", "export.directory=out", "--set", "prediction.learn=false"];
      const { code, stderr } = await command(["run", ...args, ...set], { cwd: folder });
      if (run.expect === "values") {
        expect(code, stderr).toBe(0);
        await checkValues(folder, run);
        return;
      }
      expect([1, 2]).toContain(code);
      for (const words of run.says!) expect(stderr).toMatch(new RegExp(words, "i"));
      expect(existsSync(join(folder, "out")) ? await filesIn(join(folder, "out")) : []).toEqual([]);
      expect((await command(["validate", ...args], { cwd: folder })).code).not.toBe(0);
    });
  });
});
