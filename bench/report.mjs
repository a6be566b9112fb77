/**
 * Reports of the quickstart, of the result of suite P1 (10 layers, 4.45 million rows by an outer join) and of a table of 300 columns:
 * the size of the page, the time and the peak memory of `quadrat report` under a limit of the runs, and the time until Chromium
 * has painted the first map.
 *
 *   node bench/report.mjs [--only quickstart,p1,wide] [--limit 512MB] [--folder DIR] [--screenshots DIR]
 *
 * Runs whose stores are in the folder are used again. Chromium is Debian's, or the one that QUADRAT_CHROMIUM names.
 */
import { existsSync } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { commandLine, refuse } from "./arguments.mjs";
import { nodata, writeLayers, writeStudy } from "./layers.mjs";
import { writeGeoTiff } from "./geotiff.mjs";
import { megabytes, quadrat } from "./measure.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    only: { type: "string", default: "quickstart,p1,wide" },
    limit: { type: "string", default: "512MB" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
    screenshots: { type: "string" },
  },
});
const repository = fileURLToPath(new URL("..", import.meta.url));
const { chromium } = createRequire(join(repository, "packages/cli/package.json"))("playwright-core");
const limit = ["--set", `memory.limit=${values.limit}`];

const tables = { quickstart, p1, wide };
const chosen = values.only.split(",");
for (const name of chosen) if (!tables[name]) refuse(`there is no table ${name}`);
const views = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: "light", viewport: { width: 390, height: 844 } },
};

const rows = [];
const browser = await chromium.launch({
  executablePath: process.env.QUADRAT_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const name of chosen) {
  const directory = join(values.folder, "report", name);
  await mkdir(directory, { recursive: true });
  const page = join(directory, "report.html");
  await rm(page, { force: true });
  const store = await tables[name](directory);
  const { seconds, cpuSeconds, peakBytes } = await quadrat(["report", "--store", store, "--output", page]);
  rows.push({
    table: name,
    "page MB": Number(((await stat(page)).size / 1e6).toFixed(2)),
    s: seconds,
    "CPU s": Number(cpuSeconds.toFixed(1)),
    "peak MB": megabytes(peakBytes),
    "first map ms": Math.round(await firstMap(page)),
  });
  if (values.screenshots) await screenshots(page, name);
}
await browser.close();
console.table(rows);

/** From the start of loading to the first frame after the image of the first map is there. */
async function firstMap(file) {
  const page = await browser.newPage(views.light);
  await page.addInitScript(() => {
    const look = () => {
      const image = document.querySelector(".map img");
      if (image?.complete && image.naturalWidth > 0)
        requestAnimationFrame(() => (globalThis.firstMap = performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(pathToFileURL(file).href);
  const found = await page.waitForFunction(() => globalThis.firstMap);
  const time = await found.jsonValue();
  await page.close();
  return time;
}

async function screenshots(file, name) {
  await mkdir(values.screenshots, { recursive: true });
  for (const [view, options] of Object.entries(views)) {
    const page = await browser.newPage(options);
    await page.goto(pathToFileURL(file).href);
    // Charts are drawn when they come near the window.
    await page.evaluate(async () => {
      for (let y = 0; y < document.body.scrollHeight; y += 600) {
        scrollTo(0, y);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      scrollTo(0, 0);
    });
    const length = await page.evaluate(() => document.body.scrollHeight);
    const clip = { x: 0, y: 0, width: options.viewport.width, height: Math.min(length, 9000) };
    await page.screenshot({ path: join(values.screenshots, `${name}-${view}.png`), fullPage: true, clip });
    await page.close();
  }
}

async function run(directory, config, more = []) {
  const store = join(directory, "quadrat.duckdb");
  if (!existsSync(store))
    await quadrat(["run", "--config", config, "--set", `export.directory=${directory}`, ...limit, ...more]);
  return store;
}

function quickstart(directory) {
  return run(directory, join(repository, "config.yml"), ["--experiment", "quickstart"]);
}

/** The configuration of suite P1 but for its format: only the store is wanted. */
async function p1(directory) {
  const inputs = await writeLayers(values.folder, { width: 7200, height: 3600, count: 10 });
  const grid = { crs: "EPSG:4326", resolution: 0.1, bounds: [-180, -90, 180, 90] };
  const config = await writeStudy(join(directory, "config.yml"), grid, inputs, {
    merge: { join: "outer", enable_streaming: true },
    export: { formats: ["parquet"] },
  });
  return run(directory, config);
}

/** 300 small rasters of waves of their own, with nodata in the corners. */
async function wide(directory) {
  const [columns, width, height] = [300, 240, 180];
  const inputs = [];
  for (let index = 0; index < columns; index++) {
    const path = join(directory, `layer-${index + 1}.tif`);
    inputs.push(path);
    const [across, down] = [1 + (index % 7), 1 + ((index * 3) % 5)];
    const value = (col, row) =>
      Math.hypot(col - width / 2, row - height / 2) > 95 + (index % 50)
        ? nodata
        : Math.sin((across * col) / 40 + index) * Math.cos((down * row) / 40) * 100 + index;
    if (!existsSync(path))
      await writeGeoTiff(path, { width, height, bounds: [-12, 34, 36, 70], nodata, value });
  }
  const grid = { crs: "EPSG:4326", resolution: 0.2, bounds: [-12, 34, 36, 70] };
  const config = await writeStudy(join(directory, "config.yml"), grid, inputs, { resample: "near" });
  return run(directory, config);
}
