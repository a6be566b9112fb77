import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Grid, type DatasetConfig } from "@quadrat/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixtures, useBench } from "./support.js";

type Cells = Record<string, [cell: number, value: number][]>;

interface Crosstab extends Record<string, unknown> {
  readonly nameless: number;
  readonly timeless: number;
  readonly most: Record<string, number>;
}

const wanted = JSON.parse(readFileSync(join(fixtures, "crosstab.json"), "utf8")) as Crosstab;
const path = join(fixtures, "crosstab.csv");
const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 12, 9] });
const columns = { x: "lon", y: "lat", checks: "none" } as const;

/** By code point, as columns are ordered. */
function inOrder(names: readonly string[]): string[] {
  return names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe("a column per species or year", () => {
  const bench = useBench();

  async function spread(
    dataset: Partial<DatasetConfig>,
    from = path,
  ): Promise<{ labels: readonly string[]; cells: Cells }> {
    const { report } = await bench.lay(from, { ...columns, ...dataset }, { grid });
    const rows = await bench.store.rows<{ cell: bigint; part: number; value: number }>(
      "SELECT cell, part, value FROM points",
    );
    const labels = report.columns!;
    const cells: Cells = Object.fromEntries(labels.map((label) => [label, []]));
    for (const { cell, part, value } of rows) cells[labels[part]!]!.push([Number(cell), value]);
    const keys = rows.map(({ cell, part }) => Number(cell) * labels.length + part);
    expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    return { labels, cells };
  }

  it.each(["records", "presence", "mean", "sum", "min", "max", "median"] as const)(
    "has the %s that pandas computes for each species",
    async (measure) => {
      const value = ["records", "presence"].includes(measure) ? {} : { value: "v" };
      const { labels, cells } = await spread({ species: "name", expand: "species", measure, ...value });
      const want = wanted[measure] as Cells;
      expect(labels).toEqual(inOrder(Object.keys(want)));
      for (const label of labels) {
        expect(cells[label]!.map(([cell]) => cell)).toEqual(want[label]!.map(([cell]) => cell));
        for (const [index, [, found]] of cells[label]!.entries())
          expect(found).toBeCloseTo(want[label]![index]![1], 12);
      }
    },
  );

  it.each(["year", "decade"] as const)("has the records that pandas counts for each %s", async (by) => {
    const { labels, cells } = await spread({ by });
    expect(labels).toEqual(Object.keys(wanted[by] as Cells).toSorted());
    expect(cells).toEqual(wanted[by]);
  });

  it("counts species for each year", async () => {
    const { cells } = await spread({ by: "year", measure: "species", species: "name" });
    const records = wanted["year"] as Cells;
    for (const [year, found] of Object.entries(cells)) {
      expect(found.length).toBeGreaterThan(10);
      const most = new Map(records[year]);
      for (const [cell, species] of found) expect(species).toBeLessThanOrEqual(most.get(cell)!);
    }
  });

  it("says how many records are in no column", async () => {
    const { report } = await bench.lay(path, { ...columns, species: "name", expand: "species" }, { grid });
    expect(report.warnings).toContain(`${wanted.nameless} records without a name: in no column`);
    const { report: timed } = await bench.lay(path, { ...columns, by: "year" }, { grid });
    expect(timed.warnings).toContain(`${wanted.timeless} records without a year: in no column`);
  });

  it("keeps the species with the most records, in order of their names", async () => {
    const ranked = inOrder(Object.keys(wanted.most))
      .map((name) => [name, wanted.most[name]!] as const)
      .toSorted((a, b) => b[1] - a[1]);
    const { labels } = await spread({ species: "name", expand: "species", top: 3 });
    expect(labels).toEqual(inOrder(ranked.slice(0, 3).map(([name]) => name)));
    const least = ranked[3]![1];
    const { labels: many } = await spread({ species: "name", expand: "species", minRecords: least });
    expect(many).toEqual(inOrder(ranked.filter(([, n]) => n >= least).map(([name]) => name)));
  });

  it("prefers the first name where the last places are shared", async () => {
    const text = `lon,lat,name\n${["c", "a", "b", "a", "d"].map((name) => `1.5,1.5,${name}`).join("\n")}\n`;
    const { labels } = await spread(
      { species: "name", expand: "species", top: 2 },
      await bench.put("ties.csv", text),
    );
    expect(labels).toEqual(["a", "b"]);
  });

  it.each([
    [{ expand: "species", species: "name", minRecords: 500 }, /no species has 500 records on the grid/],
    [{ expand: "species", species: "name", where: "name = ''" }, /no record on the grid has a species' name/],
    [{ by: "year", where: "year IS NULL AND eventDate IS NULL" }, /no record on the grid has a year/],
  ] as const)("refuses to make no column at all: %j", async (dataset, message) => {
    const error = await bench.refusal(path, { ...columns, ...dataset }, { grid });
    expect(error).toMatchObject({ kind: "input", message: expect.stringMatching(message) as string });
  });

  it("does not depend on the order of the records", async () => {
    const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    const dataset = { species: "name", expand: "species", measure: "sum", value: "v" } as const;
    const want = await spread(dataset);
    const shuffled = fc.shuffledSubarray(lines, { minLength: lines.length });
    const same = fc.asyncProperty(shuffled, async (rows) => {
      const file = await bench.put("shuffled.csv", `${[header, ...rows].join("\n")}\n`);
      expect(await spread(dataset, file)).toEqual(want);
    });
    await fc.assert(same, { numRuns: 3 });
  });
});
