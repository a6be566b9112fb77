import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { must, writeConfig, writeInputs } from "../shards/support.js";
import { readCsv } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const grid = { crs: "EPSG:4326", resolution: 0.05, bounds: [2.01, 32.01, 14.01, 44.01] };
const datasets = {
  fine: { path: "fine.tif", resample: "sum" },
  metres: { path: "metres.tif", resample: "sum" },
  mean: { path: "fine.tif", resample: "average" },
};

interface Totals {
  readonly source_total: number | null;
  readonly result_total: number;
  readonly difference: number | null;
  readonly unknown?: string;
}

let folder: string;
let whole: string;

const metadata = (directory: string): Promise<string> =>
  readFile(join(folder, directory, "merged.metadata.json"), "utf8");

async function totalsIn(directory: string): Promise<Record<string, Totals | undefined>> {
  const { columns } = JSON.parse(await metadata(directory)) as {
    readonly columns: readonly { readonly name: string; readonly conservation?: Totals }[];
  };
  return Object.fromEntries(columns.map(({ name, conservation }) => [name, conservation]));
}

async function ran(directory: string, more: Readonly<Record<string, unknown>> = {}) {
  const config = {
    grid,
    datasets,
    export: { directory, report: true },
    prediction: { learn: false },
    ...more,
  };
  const file = await writeConfig(folder, `${directory}.yml`, config);
  return { file, ...(await must("run", "--config", file)) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-totals-"));
  await writeInputs(folder);
  const { stderr } = await ran("whole", { threads: 1 });
  expect(stderr).not.toContain("add up to");
  whole = await metadata("whole");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the totals of sums", () => {
  it("are told in metadata: of the pixels, of the cells, and the difference", async () => {
    const totals = await totalsIn("whole");
    expect(totals["mean"]).toBeUndefined();
    const rows = await readCsv(join(folder, "whole", "merged.csv"));
    for (const name of ["fine", "metres"]) {
      const { source_total: source, result_total: result, difference } = totals[name]!;
      const cells = rows.reduce((sum, row) => sum + Number(row[name]), 0);
      expect(Math.abs(result / cells - 1)).toBeLessThan(1e-12);
      expect(Math.abs(result / source! - 1)).toBeLessThan(1e-7);
      expect(difference).toBeCloseTo(result - source!, 6);
    }
    // The pixels of fine.tif inside the bounds, which cut half of a pixel off on every side.
    let sum = 0;
    for (let row = 0; row < 700; row++) {
      for (let col = 0; col < 900; col++) {
        if ((col * 7 + row * 13) % 41 === 0) continue;
        const across = Math.min(14.01, (col + 1) * 0.02) - Math.max(2.01, col * 0.02);
        const down = Math.min(44.01, 45 - row * 0.02) - Math.max(32.01, 45 - (row + 1) * 0.02);
        if (across <= 0 || down <= 0) continue;
        const value = Math.fround(((col * 31 + row * 17) % 1000) / 7 + col / 100);
        sum += value * Math.min(1, across / 0.02) * Math.min(1, down / 0.02);
      }
    }
    expect(Math.abs(totals["fine"]!.source_total! / sum - 1)).toBeLessThan(1e-9);
  });

  it("are in the report", async () => {
    const text = await readFile(join(folder, "whole", "report.html"), "utf8");
    const section = /<section aria-labelledby="sums">[^]*?<\/section>/.exec(text)![0];
    const { fine, metres } = await totalsIn("whole");
    for (const totals of [fine!, metres!])
      for (const total of [totals.source_total, totals.result_total, totals.difference])
        expect(section).toContain(`>${total}<`);
  });

  it("are the same with other threads and windows, and from shards", async () => {
    await ran("others", { threads: 2, resampling: { window_size: 256 } });
    expect(await metadata("others")).toBe(whole);
    const config = {
      grid,
      datasets,
      export: { directory: "collected", report: true },
      prediction: { learn: false },
    };
    const file = await writeConfig(folder, "collected.yml", config);
    const plan = join(folder, "plan");
    await must("shard", "plan", plan, "--shards", "3", "--config", file);
    for (const index of ["2", "0", "1"]) await must("shard", "run", plan, "--index", index);
    await must("shard", "collect", plan);
    expect(await metadata("collected")).toBe(whole);
    const page = await readFile(join(folder, "collected", "report.html"), "utf8");
    expect(page).toContain('<section aria-labelledby="sums">');
  });

  it("are the same after an interruption", async () => {
    const { file } = await ran("resumed");
    const instance = await DuckDBInstance.create(join(folder, "resumed", "quadrat.duckdb"));
    const connection = await instance.connect();
    for (const name of ["fine", "metres"]) {
      await connection.run(`
        UPDATE datasets SET complete = false WHERE name = '${name}';
        CREATE TABLE dense.kept AS SELECT value FROM dense.${name} WHERE rowid < 20000 ORDER BY rowid;
        DROP TABLE dense.${name}; ALTER TABLE dense.kept RENAME TO ${name};
        UPDATE bands SET last_cell = 19999 WHERE dataset = '${name}';`);
    }
    connection.closeSync();
    instance.closeSync();
    const { stderr } = await must("run", "--config", file);
    expect(stderr).toContain("fine: resumes at cell 20000 of 57600");
    expect(await metadata("resumed")).toBe(whole);
  });

  it("are not compared within a mask, which is said, and those of cells are the same however the work is cut up", async () => {
    // Most bands, and the first and the last of the shards, have no cell within it.
    await writeTiff(join(folder, "inside.tif"), {
      ...{
        width: 40,
        height: 30,
        epsg: 4326,
        geographic: true,
        origin: [5, 39],
        pixel: [0.05, 0.05],
        nodata: 0,
      },
      value: () => 1,
    });
    const mask = { path: "inside.tif" };
    await ran("masked", { mask, threads: 1 });
    const rows = await readCsv(join(folder, "masked", "merged.csv"));
    const totals = await totalsIn("masked");
    for (const name of ["fine", "metres"]) {
      const cells = rows.reduce((sum, row) => sum + Number(row[name]), 0);
      const { result_total: result, ...others } = totals[name]!;
      expect(Math.abs(result / cells - 1)).toBeLessThan(1e-12);
      expect(others).toEqual({ source_total: null, difference: null, unknown: "a mask leaves cells out" });
    }
    await ran("masked-others", { mask, threads: 2, resampling: { window_size: 256 } });
    expect(await totalsIn("masked-others")).toEqual(totals);
    const config = {
      grid,
      datasets,
      mask,
      export: { directory: "masked-collected" },
      prediction: { learn: false },
    };
    const file = await writeConfig(folder, "masked-collected.yml", config);
    const plan = join(folder, "masked-plan");
    await must("shard", "plan", plan, "--shards", "3", "--config", file);
    for (const index of ["0", "1", "2"]) await must("shard", "run", plan, "--index", index);
    await must("shard", "collect", plan);
    expect(await totalsIn("masked-collected")).toEqual(totals);
  });

  it("that are not kept are warned of, and stand out in the report", async () => {
    // Pixels of 1,000 km in Mollweide's projection, the edge of which cuts those at the antimeridian.
    const [pixel, west, north] = [1e6, -18.1e6, 9.1e6];
    const value = (col: number, row: number): number => 1 + ((col * 7 + row * 5) % 11);
    await writeTiff(join(folder, "mollweide.tif"), {
      ...{ width: 36, height: 18, epsg: 32767, geographic: false },
      ...{ origin: [west, north], pixel: [pixel, pixel], nodata: -9999 },
      value,
    });
    await writeTiff(join(folder, "even.tif"), {
      ...{ width: 360, height: 60, epsg: 4326, geographic: true },
      ...{ origin: [-180, 90], pixel: [1, 1], nodata: -9999 },
      value,
    });
    const { stderr } = await ran("lost", {
      grid: { crs: "EPSG:4326", resolution: 2, bounds: [-180, 60, 180, 90] },
      datasets: {
        people: { path: "mollweide.tif", resample: "sum", crs: "ESRI:54009" },
        even: { path: "even.tif", resample: "sum" },
      },
      merge: { join: "all" },
    });
    const { source_total: source, result_total: result, difference } = (await totalsIn("lost"))["people"]!;
    // The pixels north of 60 degrees, by many points in each: Snyder 1987, equations 31-6 to 31-8, on a sphere.
    const [radius, points] = [6_378_137, 10_000];
    let expected = 0;
    for (let row = 0; row < 18; row++) {
      for (let sub = 0; sub < points; sub++) {
        const y = north - (row + (sub + 0.5) / points) * pixel;
        const angle = Math.asin(y / (radius * Math.SQRT2));
        const latitude = Math.asin((2 * angle + Math.sin(2 * angle)) / Math.PI);
        if (!(latitude >= Math.PI / 3)) continue;
        const half = 2 * Math.SQRT2 * radius * Math.cos(angle);
        for (let col = 0; col < 36; col++) {
          const left = Math.max(-half, west + col * pixel);
          const inside = Math.min(half, west + (col + 1) * pixel) - left;
          if (inside > 0) expected += (value(col, row) * inside) / pixel / points;
        }
      }
    }
    expect(Math.abs(source! / expected - 1)).toBeLessThan(5e-5);
    expect(Math.abs(difference!) / result).toBeGreaterThan(1e-6);
    const percent = Number(((100 * Math.abs(difference!)) / source!).toPrecision(3));
    const share = `${percent} % ${difference! > 0 ? "more" : "less"}`;
    expect(stderr).toMatch(
      new RegExp(`people: its cells add up to ${result}, .*: ${share.replace(".", "\\.")}`),
    );
    expect(stderr).not.toContain("even: its cells");
    const page = await readFile(join(folder, "lost", "report.html"), "utf8");
    const words = page.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    expect(page).toContain(`<strong class="fault">${share}</strong>`);
    expect(words).toContain(`Sums people has ${share} than its raster`);
    expect(words).toContain(`people: its cells add up to ${result}`);
  });
});
