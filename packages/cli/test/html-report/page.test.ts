import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { repository } from "../e2e/support/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";
import { makeStudy, pageDataOf, succeed } from "./study.js";

let folder: string;
const file = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-report-"));
  await makeStudy(folder);
  await succeed("run", "--config", file("config.yml"), "--quiet");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a report", () => {
  it("has the same bytes for the same store, from the run and from the command", async () => {
    const first = await readFile(file("out", "report.html"), "utf8");
    await succeed("report", "--config", file("config.yml"), "--output", file("again.html"));
    await succeed("report", "--store", file("out", "quadrat.duckdb"), "--output", file("third.html"));
    expect((await readFile(file("again.html"), "utf8")) === first).toBe(true);
    expect((await readFile(file("third.html"), "utf8")) === first).toBe(true);
  });

  it("comes from nowhere else: no address but those of namespaces and of a citation", async () => {
    const text = await readFile(file("out", "report.html"), "utf8");
    expect(text.includes("default-src &#39;none&#39;")).toBe(true);
    const markup = text.replaceAll(/<script[^>]*>[^]*?<\/script>/g, "");
    expect(markup.match(/\b(src|href|action)="(?!data:|#)/)).toBeNull();
    expect(markup.match(/@import|url\(/)).toBeNull();
    expect(text.includes(folder)).toBe(false);
  });

  it("answers in words what was missing and left out", async () => {
    const text = await readFile(file("out", "report.html"), "utf8");
    const glance = /<section aria-labelledby="glance">[^]*?<\/section>/.exec(text)![0];
    const words = glance.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    expect(words).toMatch(/most in birds ?, 8\d\.\d % of the rows/);
    expect(words).toContain("61 of 500 records of birds (1 both coordinates are zero, 60 outside the grid)");
    expect(words).toContain("the limit was not reached");
    expect(text.includes('aria-label="The estimate before the run, and what happened"')).toBe(true);
  });

  it("is not left half-written, and replaces neither the store nor an input", async () => {
    for (const target of ["out/quadrat.duckdb", "wet.tif", "config.yml"]) {
      const before = await readFile(file(target));
      const { code, stderr } = await command(
        "report",
        "--config",
        file("config.yml"),
        "--output",
        file(target),
      );
      expect([code, stderr]).toEqual([2, expect.stringContaining("would overwrite")]);
      expect((await readFile(file(target))).equals(before)).toBe(true);
    }
    // Files beside an input, and outputs.
    const csv = await readFile(file("out/merged.csv"));
    const config = ["--config", file("config.yml")];
    const { code, stderr } = await command("report", ...config, "--output", file("out/merged.csv"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("exists and is not a page")]);
    expect((await readFile(file("out/merged.csv"))).equals(csv)).toBe(true);
    expect((await readdir(file("out"))).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("escapes names", async () => {
    const odd = '</script><img src=x onerror="alert(1)">';
    const config = JSON.parse(await readFile(file("config.yml"), "utf8")) as {
      datasets: Record<string, unknown>;
    };
    config.datasets[odd] = { path: "warm.tif" };
    await writeFile(
      file("odd.yml"),
      JSON.stringify({ ...config, export: { directory: "odd", report: true } }),
    );
    const { code, stderr } = await command("run", "--config", file("odd.yml"), "--quiet");
    // If such a name is refused, there is nothing to escape.
    if (code !== 0) return void expect(stderr).toContain("datasets");
    const text = await readFile(file("odd", "report.html"), "utf8");
    expect(text.includes(odd)).toBe(false);
    expect((await pageDataOf(file("odd", "report.html"))).columns.map(({ name }) => name)).toContain(odd);
  });

  it("needs a store with a table", async () => {
    const { code, stderr } = await command("report", "--store", file("none.duckdb"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("does not exist")]);
  });
});

/** The real command, and the peak of its memory in bytes. */
function measured(...args: string[]): Promise<{ code: number | null; stderr: string; peak: number }> {
  const tell = 'process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS*1024))';
  const child = spawn(process.execPath, [join(repository, "packages/cli/bin/quadrat.js"), ...args], {
    env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` },
  });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr, peak: Number(/peak (\d+)/.exec(stderr)?.[1]) }));
  });
}

describe("a report of a large table", () => {
  it("of 300 columns is below 3 MB, and made with less than 512 MB", async () => {
    const [columns, side] = [300, 120];
    await writeTiff(file("noise.tif"), {
      width: side,
      height: side,
      epsg: 3035,
      geographic: false,
      origin: [4_000_000, 3_000_000],
      pixel: [1000, 1000],
      nodata: -9999,
      value: (col, row) =>
        (Math.imul(col * 977 + row, 2_654_435_761) >>> 8) % 10_007 === 5
          ? -9999
          : (Math.imul(col * 977 + row, 2_654_435_761) >>> 8) / 997,
    });
    const layer = { path: "noise.tif", resample: "near" };
    const datasets = Object.fromEntries(
      Array.from({ length: columns }, (_, k) => [`a_rather_long_name_of_a_layer_${k}`, layer]),
    );
    await writeFile(
      file("wide.yml"),
      JSON.stringify({
        grid: { crs: "EPSG:3035", resolution: 1000, bounds: [4_000_000, 2_880_000, 4_120_000, 3_000_000] },
        datasets,
        export: { directory: "wide" },
        prediction: { learn: false },
      }),
    );
    await succeed("run", "--config", file("wide.yml"), "--quiet");
    const { code, stderr, peak } = await measured("report", "--config", file("wide.yml"));
    expect(code, stderr).toBe(0);
    expect((await stat(file("wide", "report.html"))).size).toBeLessThan(3_000_000);
    expect(peak).toBeLessThan(512e6);
    const data = await pageDataOf(file("wide", "report.html"));
    expect(data.columns.length).toBe(columns);
    expect(data.pixel).toEqual({ cells: 4, width: 30, height: 30 });
  });

  it("of millions of cells does not need more memory for it", async () => {
    const side = 1600;
    await writeTiff(file("large.tif"), {
      width: side,
      height: side,
      epsg: 3035,
      geographic: false,
      origin: [4_000_000, 3_000_000],
      pixel: [100, 100],
      nodata: -9999,
      value: (col, row) => Math.fround(Math.hypot(col - 800, row - 700) / 3),
    });
    await writeFile(
      file("large.yml"),
      JSON.stringify({
        grid: { like: "large.tif" },
        datasets: { one: { path: "large.tif" }, two: { path: "large.tif", resample: "near" } },
        export: { directory: "large", formats: ["parquet"] },
        prediction: { learn: false },
      }),
    );
    await succeed("run", "--config", file("large.yml"), "--quiet");
    const { code, stderr, peak } = await measured("report", "--config", file("large.yml"));
    expect(code, stderr).toBe(0);
    expect(peak).toBeLessThan(400e6);
    const data = await pageDataOf(file("large", "report.html"));
    expect(data.rows).toBe(side * side);
    expect((await stat(file("large", "report.html"))).size).toBeLessThan(3_000_000);
  });
});
