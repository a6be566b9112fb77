import { existsSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byPlace, command, compare, inFolder, readCsv, run, shared, type Row } from "./support/quadrat.js";

type Numbers = Readonly<Record<string, number>>;

interface Check {
  readonly kind: string;
  readonly file: string;
  readonly expected?: string;
  readonly abs?: Numbers | number;
  readonly rel?: Numbers;
  readonly slack?: Readonly<Record<string, readonly [by: number, share: number]>>;
  readonly row_slack?: number;
  readonly prefix?: string;
  readonly total?: string;
}

type Table = ReadonlyMap<string, Row>;

const cases = join(shared, "cases-pts");
const names = existsSync(cases) ? (await readdir(cases)).filter((name) => /^a\d/.test(name)) : [];
const own = fileURLToPath(new URL("../fixtures/statistics", import.meta.url));

/** An entry with a list of methods written out, one each. */
function writtenOut(config: string): string {
  return config.replaceAll(
    /^ {2}(\w+): \{(.*)resample: \[([^\]]+)\](.*)\}$/gm,
    (_, name: string, before: string, methods: string, after: string) =>
      methods
        .split(", ")
        .map((method) => `  ${name}_${method}: {${before}resample: ${method}${after}}`)
        .join("\n"),
  );
}

function agrees(ours: Table, theirs: Table, check: Pick<Check, "abs" | "rel" | "slack" | "row_slack">): void {
  const rows = check.row_slack ?? 0;
  const columns = Object.keys([...theirs.values()][0]!);
  expect(Object.keys([...ours.values()][0]!)).toEqual(columns);
  expect([...ours.keys()].filter((place) => !theirs.has(place)).length).toBeLessThanOrEqual(rows);
  expect([...theirs.keys()].filter((place) => !ours.has(place)).length).toBeLessThanOrEqual(rows);
  const common = new Map([...theirs].filter(([place]) => ours.has(place)));
  for (const column of columns.slice(2)) {
    const toleranceOf = (numbers: Numbers | number = {}): number =>
      typeof numbers === "number" ? numbers : (numbers[column] ?? numbers["*"] ?? 0);
    const tolerance = (value: number): number =>
      Math.max(toleranceOf(check.abs), toleranceOf(check.rel) * Math.abs(value));
    const { nullity, beyond } = compare(ours, column, common, column, tolerance);
    const [by, share] = check.slack?.[column] ?? [0, 0];
    const large = compare(ours, column, common, column, (value) => Math.max(by, tolerance(value))).beyond;
    const few = share > 0 ? Math.max(1, share * common.size) : 0;
    expect({ column, nullity, large, ok: beyond <= few }).toEqual({ column, nullity: 0, large: 0, ok: true });
  }
}

function addUp(ours: Table, { prefix, total, abs }: Check): void {
  const columns = Object.keys([...ours.values()][0]!).filter((name) => name.startsWith(prefix!));
  expect(columns.length).toBeGreaterThan(0);
  for (const row of ours.values()) {
    const sum = columns.reduce((before, name) => before + Number(row[name]), 0);
    expect(Math.abs(sum - Number(row[total!]))).toBeLessThanOrEqual((abs as number) * columns.length);
  }
}

describe.skipIf(names.length === 0)("cases of statistics", () => {
  it.each(names)("%s", async (name) => {
    await inFolder(async (folder) => {
      await cp(join(cases, name), folder, { recursive: true });
      const config = writtenOut(await readFile(join(cases, name, "config.yml"), "utf8"));
      await writeFile(join(folder, "own.yml"), config);
      const { code, stderr } = await command(["run", "--config", "own.yml"], { cwd: folder });
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      const { runs } = JSON.parse(await readFile(join(folder, "case.json"), "utf8")) as {
        runs: { checks: Check[] }[];
      };
      for (const check of runs[0]!.checks) {
        const ours = byPlace(await readCsv(join(folder, "output/default", check.file)));
        if (check.kind === "fractions") addUp(ours, check);
        else agrees(ours, byPlace(await readCsv(join(folder, check.expected!))), check);
      }
    });
  });
});

describe("statistics, computed by numpy from exact overlaps", () => {
  it("agree for cells that cut pixels and extend beyond the raster", async () => {
    await inFolder(async (folder) => {
      const values = { path: join(own, "values.tif") };
      const cover = { path: join(own, "cover.tif"), type: "categorical" };
      const methods = ["count", "coverage", "stdev", "variance", "variety"];
      const report = await run(folder, {
        grid: { crs: "EPSG:4326", resolution: [0.35, 0.27], bounds: [9.8, 48.1, 12.6, 50.26] },
        datasets: {
          ...Object.fromEntries(methods.map((resample) => [`v_${resample}`, { ...values, resample }])),
          all: { ...cover, resample: "fractions" },
          group: {
            ...cover,
            resample: "fractions",
            classes: { few: [3, 11], none: 200, more: [5, 11, 250] },
          },
        },
        export: { directory: "out" },
      });
      const ours = byPlace(await readCsv(report.files[0]!.path));
      const theirs = byPlace(await readCsv(join(own, "expected.csv")));
      agrees(ours, theirs, { abs: { "*": 1e-12, v_count: 0, v_variety: 0 }, rel: { "*": 1e-9 } });
    });
  });
});
