import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inFolder, readCsv, repository, shared } from "./support/quadrat.js";

const folder = join(shared, "hostile");
const grid = { crs: "EPSG:4326", resolution: 0.1, bounds: [-113.3, 37, -112.8, 37.6] };
const world = { crs: "EPSG:4326", resolution: 1, bounds: [-180, -90, 180, 90] };

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly peak: number;
  readonly cpuSeconds: number;
  readonly left: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly metadata:
    { columns: { records?: { read: number; used: number; skipped: Record<string, number> } }[] } | undefined;
}

/** Seconds of two processors: 20 on the clock of a machine with nothing else to do. */
const mostCpuSeconds = 40;

/** Runs one dataset through the real command: ended by force after 200 s, resident set and processor time read off /proc. */
async function attempt(dataset: Record<string, unknown>, gridOf: object): Promise<Outcome> {
  return inFolder(async (home) => {
    const config = {
      grid: gridOf,
      datasets: { value: dataset },
      export: { directory: "out" },
      merge: { join: "all" },
    };
    await writeFile(join(home, "config.yml"), JSON.stringify(config));
    const child = spawn(process.execPath, [join(repository, "packages/cli/bin/quadrat.js"), "run"], {
      cwd: home,
      timeout: 200_000,
      killSignal: "SIGKILL",
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    let peak = 0;
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    let cpuSeconds = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, highWater(child.pid));
      cpuSeconds = Math.max(cpuSeconds, processorTime(child.pid));
    }, 20);
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.on("close", (...ended) => resolve(ended)),
    );
    clearInterval(timer);
    const left = existsSync(join(home, "out")) ? await readdir(join(home, "out")) : [];
    const rows = left.includes("merged.csv") ? await readCsv(join(home, "out/merged.csv")) : [];
    const metadata = left.includes("merged.metadata.json")
      ? (JSON.parse(await readFile(join(home, "out/merged.metadata.json"), "utf8")) as Outcome["metadata"])
      : undefined;
    return { code, signal, stderr, peak, cpuSeconds, left, rows, metadata };
  });
}

function highWater(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** User and system time, which /proc counts in hundredths of a second. */
function processorTime(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** Whatever a file holds: an end in time, within memory, without a stack trace, and nothing partial. */
function decent({ code, signal, stderr, peak, cpuSeconds, left }: Outcome, megabytes = 1000): void {
  expect(signal).toBeNull();
  expect([0, 1, 2]).toContain(code);
  expect(stderr).not.toMatch(/^\s+at .+[:(]\d+/m);
  expect(stderr).not.toMatch(/INTERNAL|Uncaught|undefined/);
  expect(peak).toBeLessThan(megabytes * 1e6);
  expect(cpuSeconds).toBeLessThan(mostCpuSeconds);
  expect(left.filter((name) => name.includes("partial"))).toEqual([]);
  if (code !== 0) expect(left.filter((name) => name.startsWith("merged"))).toEqual([]);
}

const refused: Readonly<Record<string, RegExp>> = {
  "t01_truncated_half.tif": /truncat|past the end|beyond|ends/i,
  "t03_truncated_in_ifd.tif": /truncat|past the end|beyond|ends/i,
  "t05_html_page.tif": /not a TIFF/i,
  "t09_huge_dimensions.tif": /2147483647/,
  "t11_zero_width.tif": /width/i,
  "t13_zero_samples.tif": /sample/i,
  "t17_bitflip_lzw.tif": /LZW/,
  "t25_pixel_scale_zero.tif": /scale/i,
  "t27_tiepoint_inf.tif": /tiepoint|finite|infin/i,
  "t29_jpeg2000_code.tif": /JPEG ?2000/i,
  "t31_complex64.tif": /complex/i,
  "t41_fuzz_inf_loop.tif": /./,
  "t43_fuzz_oom_crash.tif": /./,
  "t45_fuzz_oom_crash.tif": /./,
  "t47_fuzz_divide_by_zero.tif": /./,
  "t49_fuzz_divide_by_zero.tif": /./,
  "c07_unclosed_quote.csv": /line \d+/,
  "c11_empty.csv": /empty/i,
  "c13_semicolon_decimal_comma.csv": /delimiter|decimal/,
  "p01_truncated.parquet": /./,
  "d01_zip_slip.zip": /leads out of the archive/,
  "d03_xxe.zip": /DOCTYPE/,
  "d05_zip_bomb.zip": /would grow to \d+ times its size, 400 MB/,
  "d11_dwca-nometadata.zip": /decimalLongitude/,
};

const survives: Readonly<Record<string, RegExp | undefined>> = {
  "t21_nodata_text.tif": /nodata/i,
  "t23_nodata_nan_in_int.tif": undefined,
  "t33_all_nodata.tif": /nodata|no value|NULL/i,
};

const files = existsSync(folder)
  ? (await readdir(folder)).filter((name) => /\.(tif|csv|csv\.gz|parquet|zip)$/.test(name))
  : [];

describe.skipIf(files.length === 0)("hostile files", () => {
  it.each(files.filter((name) => name.endsWith(".tif")).map((name) => [name]))("%s", async (name) => {
    const outcome = await attempt({ path: join(folder, name) }, name.startsWith("t33") ? world : grid);
    decent(outcome, 500);
    if (name in refused) {
      expect(outcome.code, outcome.stderr).not.toBe(0);
      expect(outcome.stderr).toContain(name);
      expect(outcome.stderr).toMatch(refused[name]!);
    }
    if (name in survives) {
      expect(outcome.code, outcome.stderr).toBe(0);
      if (survives[name]) expect(outcome.stderr).toMatch(survives[name]);
    }
  });

  it("t33 gives a column of NULLs", async () => {
    const { rows } = await attempt({ path: join(folder, "t33_all_nodata.tif") }, world);
    expect(rows.length).toBe(360 * 180);
    expect(rows.every((row) => row["value"] === "")).toBe(true);
  });

  it.each(files.filter((name) => name in refused && !name.endsWith(".tif")).map((name) => [name]))(
    "%s is refused",
    async (name) => {
      const outcome = await attempt({ path: join(folder, name), ...columnsOf(name) }, world);
      decent(outcome);
      expect(outcome.code, outcome.stderr).not.toBe(0);
      expect(outcome.stderr).toContain(name);
      expect(outcome.stderr).toMatch(refused[name]!);
    },
  );

  it.each([
    ["c01_ragged_rows.csv", { skipped: true }],
    ["c03_utf16le.csv", {}],
    ["c05_embedded_nul.csv", {}],
    ["c15_cr_only.csv", { used: 2 }],
    ["c18_20000_columns.csv", {}],
    ["c20_numbers.csv", { used: 1 }],
    ["c22_gzip_bomb.csv.gz", { used: 17_400_000 }],
  ] as const)("%s", async (name, want: { used?: number; skipped?: boolean }) => {
    const outcome = await attempt({ path: join(folder, name), ...columnsOf(name) }, world);
    decent(outcome);
    const records = outcome.metadata?.columns[2]?.records;
    if (want.used !== undefined) expect(records?.used, outcome.stderr).toBe(want.used);
    if (want.skipped) {
      expect(outcome.code, outcome.stderr).toBe(0);
      expect(outcome.stderr).toMatch(/line/);
    }
  });

  it("c09 column names run no SQL", async () => {
    const outcome = await attempt(
      { path: join(folder, "c09_sql_column_names.csv"), ...columnsOf("c09") },
      world,
    );
    decent(outcome);
  });
});

/** The coordinate columns of the few files that do not use Darwin Core's names. */
function columnsOf(name: string): Record<string, string> {
  const header = existsSync(join(folder, name))
    ? readFileSync(join(folder, name)).subarray(0, 4000).toString("latin1").replaceAll("\0", "")
    : "";
  if (/decimalLongitude/.test(header)) return {};
  if (/(^|[,;"])lon([,;"]|$)/m.test(header)) return { x: "lon", y: "lat" };
  if (/(^|[,;"])x([,;"]|$)/m.test(header)) return { x: "x", y: "y" };
  return {};
}
